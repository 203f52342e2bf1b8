-- The columns that a delivery changes.
-- Grain: one row per resource and column, the most changed first. Inputs: ops.difference_column. Rerun: reads only.
SELECT
    resource,
    column_name,
    rows_changed
FROM ops.difference_column
WHERE delivery_id = %(delivery_id)s
ORDER BY resource ASC, rows_changed DESC, column_name ASC;
