-- Grain: one row per source: how many deliveries were judged within each time, and the sum of all times.
-- Inputs: ops.delivery. Rerun: reads only.
WITH judged AS (
    SELECT
        source,
        extract(EPOCH FROM gated_at - landed_at) AS seconds
    FROM ops.delivery
    WHERE gated_at IS NOT NULL AND landed_at IS NOT NULL AND source = ANY(%(sources)s)
),

bound AS (
    SELECT unnest(ARRAY[0.1, 0.3, 1, 3, 10, 30, 100, 300, 'Infinity']::double precision[]) AS le
),

counted AS (
    SELECT
        judged.source,
        bound.le,
        count(*) FILTER (WHERE judged.seconds <= bound.le) AS deliveries,
        sum(judged.seconds) AS seconds
    FROM judged
    CROSS JOIN bound
    GROUP BY judged.source, bound.le
)

SELECT
    source,
    array_agg(le ORDER BY le) AS bounds,
    array_agg(deliveries ORDER BY le) AS counts,
    max(seconds) AS value
FROM counted
GROUP BY source
ORDER BY source;
