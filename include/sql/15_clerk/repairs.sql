-- What was read although it was written otherwise.
-- Grain: one row per resource, column and classes. Inputs: ops.repair. Rerun: reads only.
SELECT
    resource,
    column_name,
    before_class,
    after_class,
    sum(row_count)::bigint AS row_count
FROM ops.repair
WHERE delivery_id = %(delivery_id)s
GROUP BY resource, column_name, before_class, after_class
ORDER BY resource, column_name, before_class;
