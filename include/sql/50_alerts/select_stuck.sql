-- Grain: one row per delivery that arrived before a time and is not final; not one that is read again, because what it published stands.
-- Inputs: ops.delivery, ops.publication, ops.region. Rerun: reads only.
SELECT
    delivery.delivery_id,
    delivery.state,
    delivery.source,
    sender.region_code AS sender_code,
    sender.region_name AS sender_name,
    delivery.period
FROM ops.delivery AS delivery
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
WHERE
    delivery.state NOT IN ('published', 'rejected') AND delivery.received_at < %(before)s
    AND NOT EXISTS (SELECT FROM ops.publication WHERE publication.delivery_id = delivery.delivery_id)
ORDER BY delivery.delivery_id;
