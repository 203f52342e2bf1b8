-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.contribution. Inputs: raw.contribution. Rerun: reads only.
SELECT
    delivery_id,
    'contribution'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(ops.normalise_id(id_number) || '|' || scheme || '|' || due_month, 0) AS key_hash
FROM raw.contribution
WHERE delivery_id = %(delivery_id)s
