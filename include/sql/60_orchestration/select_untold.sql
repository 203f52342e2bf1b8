-- Grain: one row per rejected delivery of a source (or of none that is known) without its alert. Inputs: ops.delivery, ops.alert.
-- Rerun: reads only.
SELECT delivery.delivery_id
FROM ops.delivery AS delivery
WHERE
    delivery.state = 'rejected'
    AND (delivery.source = %(source)s OR delivery.source IS NULL)
    AND NOT EXISTS (
        SELECT 1
        FROM ops.alert AS alert
        WHERE alert.kind = 'delivery_rejected' AND alert.delivery_id = delivery.delivery_id
    )
ORDER BY delivery.delivery_id;
