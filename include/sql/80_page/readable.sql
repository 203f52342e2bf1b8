-- Grain: one row per relation, of those asked for, that is there and that the role may read, or part of its columns.
-- Inputs: the catalogue. Rerun: reads only.
SELECT wanted.relation
FROM unnest(%(relations)s::text[]) AS wanted (relation)
INNER JOIN pg_namespace AS namespace ON split_part(wanted.relation, '.', 1) = namespace.nspname
INNER JOIN pg_class AS class ON namespace.oid = class.relnamespace AND split_part(wanted.relation, '.', 2) = class.relname
WHERE has_schema_privilege(namespace.oid, 'USAGE') AND has_any_column_privilege(class.oid, 'SELECT');
