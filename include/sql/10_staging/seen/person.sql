-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.person. Inputs: raw.person. Rerun: reads only.
SELECT
    delivery_id,
    'person'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(ops.normalise_id(id_number), 0) AS key_hash
FROM raw.person
WHERE delivery_id = %(delivery_id)s
