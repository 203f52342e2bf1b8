-- Grain: one row per source: when a delivery of it was last published. Inputs: ops.publication. Rerun: reads only.
SELECT
    source,
    extract(EPOCH FROM max(published_at)) AS value
FROM ops.publication
GROUP BY source
ORDER BY source;
