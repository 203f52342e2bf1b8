-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.post. Inputs: raw.post. Rerun: reads only.
SELECT
    delivery_id,
    'post'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(village_code || '|' || ops.normalise_id(id_number) || '|' || month, 0) AS key_hash
FROM raw.post
WHERE delivery_id = %(delivery_id)s
