-- Which tables of a delivery there are in schema raw, and whether they are partitions.
-- Grain: one row per table. Inputs: the catalog. Rerun: reads only.
SELECT
    relation.relname::text AS table_name,
    inheritance.inhrelid IS NOT NULL AS is_attached
FROM pg_class AS relation
LEFT JOIN pg_inherits AS inheritance ON relation.oid = inheritance.inhrelid
WHERE relation.relnamespace = 'raw'::regnamespace AND relation.relname = ANY(%(names)s::name [])
ORDER BY relation.relname;
