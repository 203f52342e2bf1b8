-- Grain: one row per table or view that is not a partition. Inputs: the catalogue. Rerun: reads only.
SELECT
    namespace.nspname AS schema_name,
    class.relname AS relation,
    class.relkind IN ('v', 'm') AS is_view,
    obj_description(class.oid, 'pg_class') AS comment
FROM pg_class AS class
INNER JOIN pg_namespace AS namespace ON class.relnamespace = namespace.oid
WHERE
    class.relkind IN ('r', 'p', 'v', 'm')
    AND NOT class.relispartition
    AND namespace.nspname IN ('ops', 'raw', 'staging', 'quarantine', 'vault', 'warehouse', 'ledger', 'mart')
ORDER BY namespace.nspname, class.relname;
