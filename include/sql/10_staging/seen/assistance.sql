-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.assistance. Inputs: raw.assistance. Rerun: reads only.
SELECT
    delivery_id,
    'assistance'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(case_code, 0) AS key_hash
FROM raw.assistance
WHERE delivery_id = %(delivery_id)s
