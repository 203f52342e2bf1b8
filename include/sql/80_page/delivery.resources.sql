-- Grain: one row per resource of a delivery: in = accepted + quarantined + duplicate. Inputs: ops.delivery_resource, ops.visible_delivery.
-- Rerun: reads only.
SELECT
    resource.resource,
    resource.file_name,
    resource.rows_in,
    resource.rows_accepted,
    resource.rows_quarantined,
    resource.rows_duplicate,
    resource.rows_unchanged,
    resource.rows_absent
FROM ops.delivery_resource AS resource
INNER JOIN ops.visible_delivery AS delivery ON resource.delivery_id = delivery.delivery_id
WHERE delivery.delivery_id = ops.to_int_or_null(%(id)s)
ORDER BY resource.resource;
