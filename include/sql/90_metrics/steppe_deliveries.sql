-- Grain: one row per source and state. Inputs: ops.delivery. Rerun: reads only. A manifest may claim any source: one without contract is unknown.
SELECT
    CASE WHEN delivery.source = ANY(%(sources)s) THEN delivery.source ELSE 'unknown' END AS source,
    delivery.state,
    count(*) AS value
FROM ops.delivery AS delivery
GROUP BY 1, 2
ORDER BY 1, 2;
