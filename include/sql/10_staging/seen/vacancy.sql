-- Keys of every delivered row, for a partition of staging.seen.
-- Grain: one row per row of raw.vacancy. Inputs: raw.vacancy. Rerun: reads only.
SELECT
    delivery_id,
    'vacancy'::text COLLATE "C" AS resource,
    stream,
    ctid AS row_ctid,
    hashtextextended(vacancy_code, 0) AS key_hash
FROM raw.vacancy
WHERE delivery_id = %(delivery_id)s
