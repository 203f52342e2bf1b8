-- Persons who work in Beijing; a subset of the out-migrants (C6.2), so far this year, with the best evidence of it.
-- Grain: one row per person and home banner. Inputs: fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.person_key,
    employment.region_code,
    (array_agg(employment.village_code ORDER BY employment.month DESC))[1] AS village_code,
    NULL::text AS part,
    min(employment.beijing_tier) AS tier
FROM warehouse.fct_employment_month AS employment
WHERE
    employment.known_to = 'infinity'
    AND employment.beijing_tier IS NOT NULL
    AND employment.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
GROUP BY employment.person_key, employment.region_code
