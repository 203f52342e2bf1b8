-- Partitions whose detachment was begun and not ended.
-- Grain: one row per partition, at most one. Inputs: the catalog. Rerun: reads only.
SELECT relation.relname::text AS table_name
FROM pg_inherits AS inheritance
INNER JOIN pg_class AS relation ON inheritance.inhrelid = relation.oid
WHERE
    inheritance.inhparent IN (SELECT %(parent)s::regclass)
    AND inheritance.inhdetachpending;
