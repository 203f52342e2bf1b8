-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.allocation. Inputs: raw.allocation. Rerun: reads only.
SELECT
    delivery_id,
    'allocation'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(village_code || '|' || month, 0) AS key_hash
FROM raw.allocation
WHERE delivery_id = %(delivery_id)s
