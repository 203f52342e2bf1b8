-- Title: 去年外出人员去向 | Last year's out-migrants
-- Group: lists 3
-- Sources: household_registry, social_insurance
-- Definitions: last_year_migrants
-- Order: region_name, village_name, person_key
-- Grain: one row per person who was out last year, by what became of him (C2.3).
-- Inputs: mart.list_last_year_migrants, ops.region, warehouse.dim_village. Rerun: reads only.
SELECT
    banner.region_name,
    village.village_name,
    list.person_key,
    list.sender_code,
    list.class,
    list.last_year_tier
FROM mart.list_last_year_migrants AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
LEFT JOIN warehouse.dim_village AS village
    ON
        list.village_code = village.village_code AND list.region_code = village.region_code
        AND village.known_to = 'infinity'
WHERE
    list.month = %(month)s
    AND list.region_code = any(%(banners)s)
    AND (%(village)s::text IS NULL OR list.village_code = %(village)s)
