-- Title: 就业人员 | Employed persons
-- Group: lists 1
-- Sources: household_registry, social_insurance
-- Definitions: employed
-- Order: region_name, village_name, person_key
-- Grain: one row per employed person of a month (C2.4).
-- Inputs: mart.list_employed, ops.region, warehouse.dim_village. Rerun: reads only.
SELECT
    banner.region_name,
    village.village_name,
    list.person_key,
    banner.sender_code,
    list.place_class,
    list.work_region_name,
    list.employer_uscc,
    list.channel,
    list.is_organised,
    list.is_employee_insured,
    list.evidence_tier
FROM mart.list_employed AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
LEFT JOIN warehouse.dim_village AS village
    ON
        list.village_code = village.village_code AND list.region_code = village.region_code
        AND village.known_to = 'infinity'
WHERE
    list.month = %(month)s
    AND list.region_code = any(%(banners)s)
    AND (%(village)s::text IS NULL OR list.village_code = %(village)s)
