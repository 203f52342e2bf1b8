-- Signal: 无劳动能力却就业 | Work without ability
-- Clause: C7.3
-- Reason: Work is recorded for a person whom the register calls unable to work.
-- False positive: Light work that is allowed to a person with a disability; ability that was assessed anew.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    'labour ability ' || employment.labour_ability AS evidence
FROM warehouse.fct_employment_month AS employment
WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'employed' AND employment.labour_ability IN ('lost', 'none')
