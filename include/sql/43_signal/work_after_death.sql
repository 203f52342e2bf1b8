-- Signal: 死亡后仍就业 | Work after death
-- Clause: C7.3
-- Reason: A person who died in an earlier month is counted as employed.
-- False positive: A death that was entered for another; a register that is a month behind.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_month, death_now as known now. Rerun: reads only.
SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    'evidence tier ' || employment.evidence_tier AS evidence
FROM warehouse.fct_employment_month AS employment
WHERE
    employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'employed'
    AND EXISTS (
        SELECT FROM warehouse.death_now AS death
        WHERE death.person_key = employment.person_key AND death.died_on < %(month)s::date
    )
