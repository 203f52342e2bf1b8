-- Grain: one row per definition by which a view counts, as it holds for the place and month: an indicator with its version, a parameter, or
-- the rules of all programmes together (C2.7). Inputs: ops.indicator, ops.parameter, ops.programme. Rerun: reads only.
SELECT
    wanted.name,
    held.version,
    held.valid_from,
    held.status
FROM unnest(%(definitions)s::text[]) WITH ORDINALITY AS wanted (name, rank)
CROSS JOIN LATERAL (
    SELECT
        indicator.version,
        indicator.valid_from,
        indicator.status
    FROM ops.indicator_at(wanted.name, %(month)s) AS indicator
    UNION ALL
    SELECT
        NULL AS version,
        parameter.valid_from,
        parameter.status
    FROM ops.parameter_at(wanted.name, %(banner_or_above)s, %(month)s) AS parameter
    UNION ALL
    SELECT
        NULL AS version,
        max(programme.valid_from) AS valid_from,
        max(programme.status) AS status -- unconfirmed, when one of them is
    FROM ops.programme AS programme
    WHERE wanted.name = 'programme' AND programme.valid_from < %(month)s::date + interval '1 month'
    HAVING count(*) > 0
) AS held
ORDER BY wanted.rank;
