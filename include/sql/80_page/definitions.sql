-- Grain: one row per parameter that defines what a view counts, as it holds for the place. Inputs: ops.parameter. Rerun: reads only.
SELECT
    parameter.name,
    parameter.value,
    parameter.unit,
    parameter.valid_from,
    parameter.status,
    parameter.clause,
    parameter.source
FROM unnest(%(parameters)s::text[]) WITH ORDINALITY AS wanted (name, rank)
CROSS JOIN LATERAL ops.parameter_at(wanted.name, %(banner_or_above)s, %(month)s) AS parameter
ORDER BY wanted.rank;
