-- What a delivery changes, resource by resource.
-- Grain: one row per resource. Inputs: ops.difference. Rerun: reads only.
SELECT
    resource,
    predecessor_id,
    rows_added,
    rows_removed,
    rows_changed,
    rows_unchanged
FROM ops.difference
WHERE delivery_id = %(delivery_id)s;
