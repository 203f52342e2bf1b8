-- The partitions of a raw table that belong to a delivery.
-- Grain: one row per partition. Inputs: the catalog. Rerun: reads only.
SELECT child.relname::text
FROM pg_inherits AS inheritance
INNER JOIN pg_class AS child ON child.oid = inheritance.inhrelid
WHERE
    inheritance.inhparent = format('raw.%%I', %(parent)s::text)::regclass
    AND child.relname = ANY(ARRAY[%(parent)s || '_' || %(delivery_id)s || '_0', %(parent)s || '_' || %(delivery_id)s || '_1'])
ORDER BY child.relname;
