-- Which tables of a delivery there are in schema raw, and whether they are partitions.
-- Grain: one row per table. Inputs: the catalog. Rerun: reads only.
WITH wanted AS (
    SELECT unnest(%(names)s::text[]) AS table_name
)

SELECT
    wanted.table_name,
    inheritance.inhrelid IS NOT NULL AS is_attached
FROM wanted
INNER JOIN pg_class AS relation ON wanted.table_name = relation.relname
LEFT JOIN pg_inherits AS inheritance ON relation.oid = inheritance.inhrelid
WHERE relation.relnamespace = 'raw'::regnamespace
ORDER BY wanted.table_name;
