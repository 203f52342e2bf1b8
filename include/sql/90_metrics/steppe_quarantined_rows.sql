-- Grain: one row per source: rows that stand in quarantine. Inputs: quarantine.row, ops.delivery. Rerun: reads only.
SELECT
    delivery.source,
    count(*) AS value
FROM quarantine.row AS quarantined
INNER JOIN ops.delivery AS delivery ON quarantined.delivery_id = delivery.delivery_id
GROUP BY delivery.source
ORDER BY delivery.source;
