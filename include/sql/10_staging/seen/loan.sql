-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.loan. Inputs: raw.loan. Rerun: reads only.
SELECT
    delivery_id,
    'loan'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(loan_code || '|' || month, 0) AS key_hash
FROM raw.loan
WHERE delivery_id = %(delivery_id)s
