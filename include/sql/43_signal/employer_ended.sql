-- Signal: 单位已终止 | Employer that has ended
-- Clause: C7.3
-- Reason: Persons are said to work for an employer whose insurance account has ended.
-- False positive: An account that was moved to another agency under the same code.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_month, dim_employer as known now. Rerun: reads only.
SELECT
    employer.region_code,
    'employer' AS subject_kind,
    employer.uscc AS subject_code,
    count(DISTINCT employment.person_key) || ' persons' AS evidence
FROM warehouse.dim_employer AS employer
INNER JOIN warehouse.fct_employment_month AS employment
    ON employer.uscc = employment.employer_uscc AND employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'employed'
WHERE
    employer.known_to = 'infinity' AND employer.payment_status = 'ended'
    AND employer.valid_from <= %(month)s::date AND employer.valid_to > %(month)s::date
GROUP BY employer.region_code, employer.uscc
