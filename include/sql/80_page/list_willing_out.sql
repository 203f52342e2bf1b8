-- Title: 有意愿外出 | Willing to go out
-- Group: lists 2
-- Sources: household_registry, social_insurance
-- Definitions: willing_out
-- Order: region_name, village_name, person_key
-- Grain: one row per person who is able, willing to go out and not out, of a month (C2.4).
-- Inputs: mart.list_willing_out, ops.region, warehouse.dim_village. Rerun: reads only.
SELECT
    banner.region_name,
    village.village_name,
    list.person_key,
    banner.sender_code,
    list.status,
    list.labour_ability,
    list.place_class
FROM mart.list_willing_out AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
LEFT JOIN warehouse.dim_village AS village
    ON
        list.village_code = village.village_code AND list.region_code = village.region_code
        AND village.known_to = 'infinity'
WHERE
    list.month = %(month)s
    AND list.region_code = any(%(banners)s)
    AND (%(village)s::text IS NULL OR list.village_code = %(village)s)
