-- Grain: one row: a delivery as an alert may tell it, without its file's name. Inputs: ops.delivery, ops.region. Rerun: reads only.
SELECT
    delivery.delivery_id,
    delivery.sha256,
    delivery.source,
    sender.region_code AS sender_code,
    sender.region_name AS sender_name,
    delivery.period,
    delivery.state,
    delivery.rule_id,
    delivery.rows_in,
    delivery.rows_quarantined
FROM ops.delivery AS delivery
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
WHERE delivery.delivery_id = %(delivery_id)s;
