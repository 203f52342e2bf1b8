-- Persons who work outside the home county in the month (C2.4): part of the list of employed persons.
-- Grain: one row per person and home banner. Inputs: mart.list_employed. Rerun: reads only.
SELECT
    list.person_key,
    list.region_code,
    list.village_code,
    NULL::text AS part,
    list.evidence_tier AS tier
FROM mart.list_employed AS list
WHERE list.month = %(month)s::date AND list.is_out_migrant
