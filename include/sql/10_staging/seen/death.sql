-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.death. Inputs: raw.death. Rerun: reads only.
SELECT
    delivery_id,
    'death'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(ops.normalise_id(id_number), 0) AS key_hash
FROM raw.death
WHERE delivery_id = %(delivery_id)s
