-- Signal: 超过单位人数 | More than the staff
-- Clause: C7.3
-- Reason: More persons are said to work for an employer than it has insured staff.
-- False positive: An employer that insures late, or whose head office insures its branches.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_month, dim_employer as known now. Rerun: reads only.
WITH told AS (
    SELECT
        employment.employer_uscc,
        count(DISTINCT employment.person_key) AS persons
    FROM warehouse.fct_employment_month AS employment
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'employed' AND employment.employer_uscc IS NOT NULL
    GROUP BY employment.employer_uscc
)

SELECT
    employer.region_code,
    'employer' AS subject_kind,
    employer.uscc AS subject_code,
    told.persons || ' persons, ' || employer.employee_count || ' insured staff' AS evidence
FROM told
INNER JOIN warehouse.dim_employer AS employer
    ON
        told.employer_uscc = employer.uscc AND employer.known_to = 'infinity'
        AND employer.valid_from <= %(month)s::date AND employer.valid_to > %(month)s::date
WHERE told.persons > employer.employee_count
