-- Grain: one row per resource of a published delivery. Inputs: ops.delivery, ops.delivery_resource. Rerun: reads only.
SELECT
    delivery.source,
    resource.resource,
    resource.rows_in,
    resource.rows_accepted
FROM ops.delivery AS delivery
INNER JOIN ops.delivery_resource AS resource ON delivery.delivery_id = resource.delivery_id
WHERE delivery.delivery_id = %(delivery_id)s AND delivery.state = 'published'
ORDER BY resource.resource;
