-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.benefit. Inputs: raw.benefit. Rerun: reads only.
SELECT
    delivery_id,
    'benefit'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(ops.normalise_id(id_number) || '|' || month, 0) AS key_hash
FROM raw.benefit
WHERE delivery_id = %(delivery_id)s
