-- 一次性奖励 (C3.6): the employer that employs many registered persons in one month of the epidemic. Once, from the poverty-alleviation fund.
-- Grain: one candidate per employer and year in which a registered person is told to work there.
-- Inputs: staging.ledger_rule, warehouse.fct_employment_month, dim_employer. Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
counted AS (
    SELECT
        coalesce(employer.region_code, min(employment.region_code)) AS region_code,
        employment.employer_uscc,
        extract(YEAR FROM employment.month)::integer AS year,
        (employment.month + interval '1 month - 1 day')::date AS event_date,
        employer.payment_status,
        count(DISTINCT employment.person_key) FILTER (WHERE employment.evidence_tier = 1) AS tier_1,
        count(DISTINCT employment.person_key) FILTER (WHERE employment.evidence_tier <= 2) AS tier_2,
        count(DISTINCT employment.person_key) FILTER (WHERE employment.evidence_tier <= 3) AS tier_3,
        count(DISTINCT employment.person_key) AS tier_4,
        max(greatest(employment.register_delivery_id, employment.spell_delivery_id, employment.insurance_delivery_id)) AS delivery_id
    FROM warehouse.fct_employment_month AS employment
    LEFT JOIN warehouse.dim_employer AS employer
        ON
            employment.employer_uscc = employer.uscc
            AND employment.month >= employer.valid_from
            AND employment.month < employer.valid_to
            AND employer.known_to = 'infinity'
    WHERE employment.known_to = 'infinity' AND employment.status = 'employed' AND employment.employer_uscc IS NOT NULL
    GROUP BY employment.employer_uscc, employment.month, employer.region_code, employer.payment_status
),

ruled AS (
    SELECT
        counted.*,
        (ARRAY[counted.tier_1, counted.tier_2, counted.tier_3, counted.tier_4])[coalesce(rule.evidence_tier, 4)] AS persons,
        coalesce(rule.minimum, 1) AS minimum_persons,
        coalesce(rule.evidence_tier, 4) AS weakest_tier,
        rule.window_from,
        rule.window_through
    FROM counted
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'mass_hiring_reward'
            AND counted.region_code = rule.region_code
            AND counted.event_date >= rule.valid_from
            AND counted.event_date < rule.valid_to
),

-- The first month that calls for the reward; where none does, the one with the most persons tells why not.
final AS (
    SELECT DISTINCT ON (employer_uscc, year) *
    FROM ruled
    ORDER BY
        employer_uscc ASC, year ASC,
        (
            payment_status = 'active' AND persons >= minimum_persons
            AND coalesce(event_date BETWEEN window_from AND window_through, FALSE)
        ) DESC NULLS LAST,
        CASE WHEN persons >= minimum_persons THEN 0 ELSE -persons END ASC, event_date ASC, region_code ASC
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'mass_hiring_reward' AS programme_code,
    concat_ws(':', 'mass_hiring_reward', employer_uscc, year) AS claim_key,
    'employer' AS payee_kind,
    employer_uscc AS payee_code,
    NULL::uuid AS person_key,
    event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('employer_insured', payment_status, 'active', payment_status = 'active', 'dim_employer:' || employer_uscc),
        ledger.condition(
            'persons_employed', persons::text, concat('at least ', minimum_persons, ', evidence at most ', weakest_tier),
            persons >= minimum_persons, 'fct_employment_month:' || to_char(event_date, 'YYYY-MM')
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
