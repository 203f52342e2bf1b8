-- Grain: one row per delivery that goes before a given one, and that one last: same source and sender, no final state, period not later.
-- Inputs: ops.delivery. Rerun: reads only.
WITH asked AS (
    SELECT
        source,
        sender_code,
        period,
        delivery_id
    FROM ops.delivery
    WHERE delivery_id = %(delivery_id)s
)

SELECT delivery.delivery_id
FROM ops.delivery AS delivery
INNER JOIN asked
    ON
        delivery.source = asked.source
        AND delivery.sender_code = asked.sender_code
        AND (delivery.period, delivery.delivery_id) <= (asked.period, asked.delivery_id)
WHERE delivery.state NOT IN ('published', 'rejected')
ORDER BY delivery.period, delivery.delivery_id;
