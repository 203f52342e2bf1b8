-- Employed persons of the month (C2.4): the list itself.
-- Grain: one row per person and home banner. Inputs: mart.list_employed. Rerun: reads only.
SELECT
    list.person_key,
    list.region_code,
    list.village_code,
    list.place_class AS part,
    list.evidence_tier AS tier
FROM mart.list_employed AS list
WHERE list.month = %(month)s::date
