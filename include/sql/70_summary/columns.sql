-- Grain: one row per column of a table or view that is not a partition. Inputs: the catalogue. Rerun: reads only.
SELECT
    namespace.nspname AS schema_name,
    class.relname AS relation,
    attribute.attname AS column_name,
    format_type(attribute.atttypid, attribute.atttypmod) AS type,
    attribute.attnotnull AS is_required,
    col_description(class.oid, attribute.attnum) AS comment
FROM pg_attribute AS attribute
INNER JOIN pg_class AS class ON attribute.attrelid = class.oid
INNER JOIN pg_namespace AS namespace ON class.relnamespace = namespace.oid
WHERE
    class.relkind IN ('r', 'p', 'v', 'm')
    AND NOT class.relispartition
    AND attribute.attnum > 0
    AND NOT attribute.attisdropped
    AND namespace.nspname IN ('ops', 'raw', 'staging', 'quarantine', 'vault', 'warehouse', 'ledger', 'mart')
ORDER BY namespace.nspname, class.relname, attribute.attnum;
