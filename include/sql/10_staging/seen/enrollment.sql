-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.enrollment. Inputs: raw.enrollment. Rerun: reads only.
SELECT
    delivery_id,
    'enrollment'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(ops.normalise_id(id_number) || '|' || scheme, 0) AS key_hash
FROM raw.enrollment
WHERE delivery_id = %(delivery_id)s
