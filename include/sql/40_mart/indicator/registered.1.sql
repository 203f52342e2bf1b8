-- Persons of the register (C2.1).
-- Grain: one row per person and home banner. Inputs: fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.person_key,
    employment.region_code,
    employment.village_code,
    employment.status AS part,
    NULL::smallint AS tier
FROM warehouse.fct_employment_month AS employment
WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date
