-- Grain: one row per source that a view stands on, with how much of a month is there and since when. Inputs: ops.publication, ops.region.
-- Rerun: reads only. A feed that the region delivers for everybody has one sender.
WITH sender AS (
    SELECT DISTINCT region.sender_code
    FROM ops.region AS region
    WHERE region.region_code = any(%(banners)s)
),

latest AS (
    SELECT
        publication.source,
        publication.sender_code,
        max(publication.published_at) AS published_at
    FROM ops.publication AS publication
    WHERE
        publication.source = any(%(sources)s)
        AND publication.period = %(month)s
        AND (
            publication.sender_code = %(root)s
            OR publication.sender_code IN (SELECT sender.sender_code FROM sender)
        )
    GROUP BY publication.source, publication.sender_code
)

SELECT
    wanted.source,
    count(latest.sender_code) AS senders_delivered,
    CASE WHEN bool_or(latest.sender_code = %(root)s) THEN 1 ELSE (SELECT count(*) FROM sender) END AS senders_expected,
    max(latest.published_at) AS published_at,
    min(latest.published_at) AS oldest_published_at
FROM unnest(%(sources)s::text[]) WITH ORDINALITY AS wanted (source, rank)
LEFT JOIN latest ON wanted.source = latest.source
GROUP BY wanted.source, wanted.rank
ORDER BY wanted.rank;
