-- Grain: one row per column that lineage may begin in. Inputs: the catalogue. Rerun: reads only.
SELECT
    namespace.nspname AS schema_name,
    class.relname AS table_name,
    attribute.attname AS column_name,
    format_type(attribute.atttypid, NULL) AS type
FROM pg_attribute AS attribute
INNER JOIN pg_class AS class ON attribute.attrelid = class.oid
INNER JOIN pg_namespace AS namespace ON class.relnamespace = namespace.oid
WHERE
    namespace.nspname IN ('ops', 'warehouse', 'ledger', 'mart')
    AND class.relkind IN ('r', 'p', 'v')
    AND NOT class.relispartition
    AND attribute.attnum > 0
    AND NOT attribute.attisdropped
ORDER BY namespace.nspname, class.relname, attribute.attnum;
