-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.household. Inputs: raw.household. Rerun: reads only.
SELECT
    delivery_id,
    'household'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(household_id, 0) AS key_hash
FROM raw.household
WHERE delivery_id = %(delivery_id)s
