-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.payment_line. Inputs: raw.payment_line. Rerun: reads only.
SELECT
    delivery_id,
    'payment_line'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(payment_reference || '|' || line_code, 0) AS key_hash
FROM raw.payment_line
WHERE delivery_id = %(delivery_id)s
