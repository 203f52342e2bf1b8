-- Which tables of a delivery there are in schema staging, and whether they are partitions still.
-- Grain: one row per table. Inputs: the catalog. Rerun: reads only.
SELECT
    relation.relname::text,
    inheritance.inhrelid IS NOT NULL AS is_attached,
    coalesce(inheritance.inhdetachpending, false) AS is_pending
FROM pg_class AS relation
LEFT JOIN pg_inherits AS inheritance ON inheritance.inhrelid = relation.oid
WHERE
    relation.relnamespace = 'staging'::regnamespace
    AND relation.relname = ANY(%(names)s::name [])
ORDER BY relation.relname;
