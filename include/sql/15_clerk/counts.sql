-- What became of a delivery's rows.
-- Grain: one row per resource. Inputs: ops.delivery_resource. Rerun: reads only.
SELECT
    resource,
    rows_in,
    coalesce(rows_accepted, 0) AS rows_accepted,
    coalesce(rows_quarantined, 0) AS rows_quarantined,
    coalesce(rows_duplicate, 0) AS rows_duplicate,
    coalesce(rows_unchanged, 0) AS rows_unchanged
FROM ops.delivery_resource
WHERE delivery_id = %(delivery_id)s;
