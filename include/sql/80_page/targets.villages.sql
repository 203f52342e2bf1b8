-- Grain: one row per village of a banner, or the one that was chosen: this month's register and who of it was out so far this year (C2.5, C6.3).
-- Inputs: warehouse.fct_employment_month, mart.list_last_year_migrants, warehouse.dim_village. Rerun: reads only.
-- A person counts where he is registered this month; who left the register is in the banner's figure and in no village's.
WITH told AS (
    SELECT
        employment.village_code,
        count(*) AS registered_persons,
        count(*) FILTER (WHERE employment.labour_ability IN ('ordinary', 'skilled')) AS able_persons,
        count(*) FILTER (WHERE employment.status = 'employed') AS employed_persons,
        count(*) FILTER (WHERE employment.is_out_migrant) AS out_persons,
        count(employment.out_migration_tier) AS achieved_persons,
        count(*) FILTER (WHERE employment.out_migration_tier <= 3) AS achieved_call_back,
        count(*) FILTER (WHERE employment.out_migration_tier <= 2) AS achieved_employer,
        count(*) FILTER (WHERE employment.out_migration_tier = 1) AS achieved_insured
    FROM warehouse.fct_employment_month AS employment
    WHERE
        employment.month = %(month)s AND employment.known_to = 'infinity'
        AND employment.region_code = %(banner_or_above)s
        AND (%(village)s::text IS NULL OR employment.village_code = %(village)s)
    GROUP BY employment.village_code
),

listed AS (
    SELECT
        list.village_code,
        count(*) AS baseline_persons
    FROM mart.list_last_year_migrants AS list
    WHERE list.month = %(month)s AND list.region_code = %(banner_or_above)s
    GROUP BY list.village_code
)

SELECT
    told.village_code,
    village.village_name,
    told.registered_persons,
    told.able_persons,
    told.employed_persons,
    told.out_persons,
    told.achieved_persons,
    told.achieved_call_back,
    told.achieved_employer,
    told.achieved_insured,
    coalesce(listed.baseline_persons, 0) AS baseline_persons
FROM told
LEFT JOIN listed ON told.village_code = listed.village_code
LEFT JOIN warehouse.dim_village AS village
    ON told.village_code = village.village_code AND village.region_code = %(banner_or_above)s AND village.known_to = 'infinity'
ORDER BY told.village_code;
