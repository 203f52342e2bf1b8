-- 一次性吸纳就业补贴 (C3.5): the employer that takes on a registered person and keeps him. Once per employer and person.
-- Grain: one candidate per employer and registered person who is told to work there.
-- Inputs: staging.ledger_rule, warehouse.fct_employment_month, dim_employer. Rerun: the run replaces the tables.
-- Months of work are counted as far as they are asked for: a claim is not decided anew for each month that follows.
-- The employer's banner pays; where the employer is not insured in the region, the person's is told why it does not.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
employed AS (
    SELECT
        month.employer_uscc,
        month.person_key,
        month.region_code AS home_code,
        month.month,
        month.evidence_tier,
        greatest(month.register_delivery_id, month.spell_delivery_id, month.insurance_delivery_id) AS delivery_id,
        min(month.month) OVER hired AS hired_month
    FROM warehouse.fct_employment_month AS month
    WHERE month.known_to = 'infinity' AND month.status = 'employed' AND month.employer_uscc IS NOT NULL
    WINDOW hired AS (PARTITION BY month.employer_uscc, month.person_key)
),

placed AS (
    SELECT DISTINCT ON (employed.employer_uscc, employed.person_key, employed.month)
        employed.*,
        employer.uscc IS NOT NULL AS is_known,
        employer.payment_status,
        coalesce(employer.region_code, employed.home_code) AS region_code,
        (employed.hired_month + interval '1 month - 1 day')::date AS event_date
    FROM employed
    LEFT JOIN warehouse.dim_employer AS employer
        ON
            employed.employer_uscc = employer.uscc
            AND employed.hired_month >= employer.valid_from
            AND employed.hired_month < employer.valid_to
            AND employer.known_to = 'infinity'
    ORDER BY
        employed.employer_uscc ASC, employed.person_key ASC, employed.month ASC, employer.payment_status ASC, employer.region_code ASC,
        employed.home_code ASC
),

final AS (
    SELECT
        placed.region_code,
        placed.employer_uscc,
        placed.person_key,
        placed.event_date,
        placed.is_known,
        placed.payment_status,
        coalesce(rule.minimum, 1) AS minimum_months,
        coalesce(rule.evidence_tier, 4) AS weakest_tier,
        count(*) FILTER (WHERE placed.evidence_tier <= coalesce(rule.evidence_tier, 4)) AS months,
        min(placed.delivery_id) AS delivery_id
    FROM placed
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'one_off_hiring'
            AND placed.region_code = rule.region_code
            AND placed.event_date >= rule.valid_from
            AND placed.event_date < rule.valid_to
    GROUP BY
        placed.region_code, placed.employer_uscc, placed.person_key, placed.event_date, placed.is_known, placed.payment_status, rule.minimum,
        rule.evidence_tier
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'one_off_hiring' AS programme_code,
    concat_ws(':', 'one_off_hiring', employer_uscc, person_key) AS claim_key,
    'employer' AS payee_kind,
    employer_uscc AS payee_code,
    person_key,
    event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition(
            'employer_insured', payment_status, 'active', is_known AND payment_status = 'active', 'dim_employer:' || employer_uscc
        ),
        ledger.condition(
            'months_employed', least(months, minimum_months)::text, concat('at least ', minimum_months, ', evidence at most ', weakest_tier),
            months >= minimum_months, 'fct_employment_month:' || to_char(event_date, 'YYYY-MM')
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
