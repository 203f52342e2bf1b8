-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.settlement. Inputs: raw.settlement. Rerun: reads only.
SELECT
    delivery_id,
    'settlement'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(station_code || '|' || month, 0) AS key_hash
FROM raw.settlement
WHERE delivery_id = %(delivery_id)s
