-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.employer_unit. Inputs: raw.employer_unit. Rerun: reads only.
SELECT
    delivery_id,
    'employer_unit'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(uscc, 0) AS key_hash
FROM raw.employer_unit
WHERE delivery_id = %(delivery_id)s
