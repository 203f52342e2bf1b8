-- Grain: one row per rejected delivery of a source (or of none that is known) that no incident has counted. Inputs: ops.delivery,
-- ops.incident_event. Rerun: reads only.
SELECT delivery.delivery_id
FROM ops.delivery AS delivery
WHERE
    delivery.state = 'rejected'
    AND (delivery.source = %(source)s OR delivery.source IS NULL)
    AND NOT EXISTS (
        SELECT 1
        FROM ops.incident_event AS event
        WHERE event.kind = 'delivery_rejected' AND event.delivery_id = delivery.delivery_id
    )
ORDER BY delivery.delivery_id;
