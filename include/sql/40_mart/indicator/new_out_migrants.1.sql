-- Out-migrants of this year who were none last year (C2.3), kept apart from last year's list.
-- Grain: one row per person and home banner. Inputs: fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.person_key,
    employment.region_code,
    (array_agg(employment.village_code ORDER BY employment.month DESC))[1] AS village_code,
    NULL::text AS part,
    min(employment.out_migration_tier) AS tier
FROM warehouse.fct_employment_month AS employment
WHERE
    employment.known_to = 'infinity'
    AND employment.out_migration_tier IS NOT NULL
    AND employment.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
    AND NOT EXISTS (
        SELECT FROM warehouse.fct_employment_month AS before
        WHERE
            before.person_key = employment.person_key AND before.known_to = 'infinity'
            AND before.out_migration_tier IS NOT NULL
            AND before.month >= (date_trunc('year', %(month)s::date) - interval '1 year')::date
            AND before.month < date_trunc('year', %(month)s::date)::date
    )
GROUP BY employment.person_key, employment.region_code
