-- Grain: one row per sender and year of PV revenue that publications after the mark touch. Inputs: ops.publication. Rerun: reads only.
SELECT DISTINCT
    publication.sender_code,
    extract(YEAR FROM publication.period)::integer AS year
FROM ops.publication AS publication
WHERE
    publication.source = 'pv_revenue'
    AND publication.publication_id > %(after)s AND publication.publication_id <= %(up_to)s
ORDER BY publication.sender_code, year
