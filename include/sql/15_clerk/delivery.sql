-- A delivery as its sender is told of it.
-- Grain: one row. Inputs: ops.delivery, ops.region. Rerun: reads only.
SELECT
    delivery.source,
    delivery.sender_code,
    sender.region_name AS sender_name,
    delivery.period,
    delivery.rule_id,
    delivery.reason_zh
FROM ops.delivery AS delivery
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
WHERE delivery.delivery_id = %(delivery_id)s;
