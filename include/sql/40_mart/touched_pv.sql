-- Grain: one row per sender and year of PV revenue that publications after the mark touch: every year of a sender who told of stations or
-- of villages, because a month may be told late and a station's share or a village's name holds on. Inputs: ops.publication,
-- fct_pv_allocation_month. Rerun: reads only.
SELECT DISTINCT
    publication.sender_code,
    extract(YEAR FROM allocation.month)::integer AS year
FROM ops.publication AS publication
INNER JOIN warehouse.fct_pv_allocation_month AS allocation ON publication.sender_code = allocation.sender_code
WHERE
    publication.source IN ('pv_revenue', 'household_registry')
    AND publication.publication_id > %(after)s AND publication.publication_id <= %(up_to)s
ORDER BY publication.sender_code, year
