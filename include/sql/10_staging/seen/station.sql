-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.station. Inputs: raw.station. Rerun: reads only.
SELECT
    delivery_id,
    'station'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(station_code || '|' || village_code, 0) AS key_hash
FROM raw.station
WHERE delivery_id = %(delivery_id)s
