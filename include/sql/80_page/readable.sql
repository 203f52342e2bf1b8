-- Grain: one row: whether each of some relations is there and the role may read it, or part of its columns. Inputs: the catalogue.
-- Rerun: reads only. By join, not by regclass: that one raises where a schema is closed.
SELECT
    bool_and(
        coalesce(has_schema_privilege(namespace.oid, 'USAGE') AND has_any_column_privilege(class.oid, 'SELECT'), FALSE)
    ) AS is_readable
FROM unnest(%(relations)s::text[]) AS wanted (relation)
LEFT JOIN pg_namespace AS namespace ON split_part(wanted.relation, '.', 1) = namespace.nspname
LEFT JOIN pg_class AS class ON namespace.oid = class.relnamespace AND split_part(wanted.relation, '.', 2) = class.relname;
