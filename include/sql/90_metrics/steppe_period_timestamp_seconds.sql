-- Grain: one row per source: the newest month that is published, as its first moment in Asia/Shanghai. Inputs: ops.publication.
-- Rerun: reads only.
SELECT
    source,
    extract(EPOCH FROM max(period)::timestamp AT TIME ZONE 'Asia/Shanghai') AS value
FROM ops.publication
GROUP BY source
ORDER BY source;
