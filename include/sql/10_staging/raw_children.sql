-- Which of some tables in schema raw there are as partitions.
-- Grain: one row per partition. Inputs: the catalog. Rerun: reads only.
SELECT relation.relname::text AS table_name
FROM pg_class AS relation
WHERE
    relation.relnamespace = 'raw'::regnamespace AND relation.relispartition
    AND relation.relname = ANY(%(names)s::name [])
ORDER BY relation.relname;
