-- Signal: 短期参保 | Insured for one to three months
-- Clause: C7.3
-- Reason: An employer insured a person for one to three months and stopped, while the register goes on counting the work.
-- False positive: A trial period that was not passed; seasonal work with proper insurance.
-- Grain: one row per subject that shows it in the month. Inputs: fct_insurance_month, fct_enrollment, fct_employment_month as known now, ops.parameter. Rerun: reads only.
WITH paid AS (
    SELECT
        contribution.person_key,
        count(DISTINCT contribution.due_month) AS months,
        max(contribution.due_month) AS last_month
    FROM warehouse.fct_insurance_month AS contribution
    WHERE
        contribution.known_to = 'infinity' AND contribution.is_received AND contribution.scheme <> 'resident_pension'
        AND contribution.due_month > (%(month)s::date - interval '1 year')::date AND contribution.due_month <= %(month)s::date
    GROUP BY contribution.person_key
)

SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    paid.months || ' months, the last ' || to_char(paid.last_month, 'YYYY-MM') AS evidence
FROM paid
INNER JOIN warehouse.fct_employment_month AS employment
    ON paid.person_key = employment.person_key AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
CROSS JOIN ops.parameter_at('signal_brief_months', %(region_code)s, %(month)s::date) AS rule
WHERE
    employment.status = 'employed' AND paid.months <= rule.value::integer
    AND paid.last_month = (%(month)s::date - interval '1 month')::date
    -- Who is still enrolled is paid for late, or not paid for yet.
    AND NOT EXISTS (
        SELECT FROM warehouse.fct_enrollment AS enrollment
        WHERE
            enrollment.person_key = employment.person_key AND enrollment.known_to = 'infinity'
            AND enrollment.scheme <> 'resident_pension' AND enrollment.payment_status = 'active'
            AND enrollment.valid_from <= %(month)s::date AND enrollment.valid_to > %(month)s::date
    )
