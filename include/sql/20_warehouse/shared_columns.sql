-- Columns that a resource has in staging and in its target under one name and type.
-- Grain: one row per column, in the target's order. Inputs: the catalogue. Rerun: reads only.
SELECT kept.attname
FROM pg_attribute AS kept
INNER JOIN pg_attribute AS staged ON staged.attname = kept.attname AND staged.atttypid = kept.atttypid
WHERE
    kept.attrelid = %(target)s::regclass AND kept.attnum > 0 AND NOT kept.attisdropped
    AND staged.attrelid = %(staging)s::regclass AND staged.attnum > 0
    AND kept.attname NOT IN ('delivery_id', 'row_hash', 'key_hash', 'failed_warning')
ORDER BY kept.attnum;
