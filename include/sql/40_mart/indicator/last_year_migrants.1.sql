-- Last year's out-migrants by what became of them (C2.3): the list itself, with last year's evidence.
-- Grain: one row per person. Inputs: mart.list_last_year_migrants. Rerun: reads only.
SELECT
    list.person_key,
    list.region_code,
    list.village_code,
    list.class AS part,
    list.last_year_tier AS tier
FROM mart.list_last_year_migrants AS list
WHERE list.month = %(month)s::date
