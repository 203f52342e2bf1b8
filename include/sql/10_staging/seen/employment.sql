-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.employment. Inputs: raw.employment. Rerun: reads only.
SELECT
    delivery_id,
    'employment'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(spell_id, 0) AS key_hash
FROM raw.employment
WHERE delivery_id = %(delivery_id)s
