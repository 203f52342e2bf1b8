-- Signal: 领取失业待遇又就业 | Benefit while employed
-- Clause: C4.4
-- Reason: Unemployment benefit is drawn for a month in which an employer paid insurance for the person.
-- False positive: Work that began near the end of the month, with the benefit of its first days.
-- Grain: one row per subject that shows it in the month. Inputs: benefit_now, fct_employment_month as known now. Rerun: reads only.
SELECT DISTINCT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    'insured by an employer in the month of the benefit' AS evidence
FROM warehouse.benefit_now AS benefit
INNER JOIN warehouse.fct_employment_month AS employment
    ON benefit.person_key = employment.person_key AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
WHERE benefit.month = %(month)s::date AND employment.is_employee_insured
