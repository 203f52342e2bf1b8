-- Grain: one row per month whose figures changed: months in which the fact changed, the later months of their year (they count the year
-- so far), and the months of the year after (they compare with it). Inputs: ops.publication, ops.parameter, ops.indicator.
-- Rerun: reads only.
-- A figure is what its definition says (C2.7): is_defined is false for a month before the first one, which has facts and no figures.
SELECT DISTINCT
    publication.period AS month,
    rule.value IS NOT NULL
    AND EXISTS (SELECT FROM ops.indicator_at('out_migration', publication.period)) AS is_defined
FROM ops.publication AS publication
LEFT JOIN LATERAL ops.parameter_at('out_migration_place_classes', %(region_code)s, publication.period) AS rule ON TRUE
WHERE
    publication.source = 'household_registry'
    AND publication.publication_id <= %(up_to)s
    AND EXISTS (
        SELECT
        FROM unnest(%(months)s::date[]) AS changed (month)
        WHERE
            publication.period >= changed.month
            AND extract(YEAR FROM publication.period) - extract(YEAR FROM changed.month) <= 1
    )
ORDER BY month
