-- Title: 失业未落实保障 | Unemployed without support
-- Group: lists 5
-- Sources: household_registry, social_insurance, unemployment_benefit, civil_affairs
-- Definitions: without_support
-- Order: -days_without_support, region_name, village_name, person_key
-- Grain: one row per unemployed person with neither benefit nor assistance nor referral, of a month (C4.4).
-- Inputs: mart.unemployed_routing, ops.region, warehouse.dim_village. Rerun: reads only.
SELECT
    banner.region_name,
    village.village_name,
    list.person_key,
    list.sender_code,
    list.route,
    list.days_without_support
FROM mart.unemployed_routing AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
LEFT JOIN warehouse.dim_village AS village
    ON
        list.village_code = village.village_code AND list.region_code = village.region_code
        AND village.known_to = 'infinity'
WHERE
    list.month = %(month)s
    AND list.region_code = any(%(banners)s)
    AND list.state = 'not_referred'
    AND (%(village)s::text IS NULL OR list.village_code = %(village)s)
