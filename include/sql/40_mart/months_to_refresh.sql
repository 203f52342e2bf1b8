-- Grain: one row per month whose figures changed: months in which the fact changed, the later months of their year (they count the year
-- so far), and the months of the year after (they compare with it). Inputs: fct_employment_month partitions by ops.publication.
-- Rerun: reads only.
SELECT DISTINCT publication.period AS month
FROM ops.publication AS publication
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
