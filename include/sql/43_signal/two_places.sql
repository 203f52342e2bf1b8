-- Signal: 一人两地 | One person in two places
-- Clause: C7.3
-- Reason: A person is counted as employed by the registers of two banners in one month.
-- False positive: A move in the middle of the month that both registers tell of.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    'employed by the registers of two or more banners' AS evidence
FROM warehouse.fct_employment_month AS employment
WHERE
    employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'employed'
    AND EXISTS (
        SELECT FROM warehouse.fct_employment_month AS other
        WHERE
            other.person_key = employment.person_key AND other.region_code <> employment.region_code
            AND other.known_to = 'infinity' AND other.month = %(month)s::date AND other.status = 'employed'
    )
