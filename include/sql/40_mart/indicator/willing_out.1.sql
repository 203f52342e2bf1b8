-- Persons willing to go out and not out (C2.4): the list itself.
-- Grain: one row per person and home banner. Inputs: mart.list_willing_out. Rerun: reads only.
SELECT
    list.person_key,
    list.region_code,
    list.village_code,
    list.status AS part,
    NULL::smallint AS tier
FROM mart.list_willing_out AS list
WHERE list.month = %(month)s::date
