-- Unemployed persons of the month by the route to support (C4.4): the list itself.
-- Grain: one row per person and home banner. Inputs: mart.unemployed_routing. Rerun: reads only.
SELECT
    list.person_key,
    list.region_code,
    list.village_code,
    list.route AS part,
    NULL::smallint AS tier
FROM mart.unemployed_routing AS list
WHERE list.month = %(month)s::date
