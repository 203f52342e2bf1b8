-- 扶贫小额信贷贴息 (C5.4): the month's interest on a registered person's loan, as far as amount and term keep within the limits.
-- Grain: one candidate per loan and month. The loan itself is no subsidy.
-- Inputs: staging.ledger_person, warehouse.microloan_now, ops.parameter. Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        loan.region_code,
        loan.person_key,
        loan.claimed_key,
        loan.loan_code,
        loan.month,
        (loan.month + interval '1 month - 1 day')::date AS event_date,
        loan.principal_fen,
        loan.balance_fen,
        loan.overdue_fen,
        loan.annual_rate_bp,
        loan.granted_on,
        loan.due_on,
        loan.delivery_id
    FROM warehouse.microloan_now AS loan
),

final AS (
    SELECT
        source.*,
        person.life_status,
        principal.value::bigint AS most_yuan,
        term.value::integer AS most_months
    FROM source
    LEFT JOIN staging.ledger_person AS person
        ON
            source.person_key = person.person_key
            AND source.region_code = person.region_code
            AND source.month >= person.valid_from
            AND source.month < person.valid_to
    LEFT JOIN LATERAL ops.parameter_at('microloan_limit_yuan', source.region_code, source.granted_on) AS principal ON TRUE
    LEFT JOIN LATERAL ops.parameter_at('microloan_term_months', source.region_code, source.granted_on) AS term ON TRUE
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'microloan_interest' AS programme_code,
    concat_ws(':', 'microloan_interest', loan_code, to_char(month, 'YYYY-MM')) AS claim_key,
    'person' AS payee_kind,
    claimed_key::text AS payee_code,
    person_key,
    event_date,
    1 AS units,
    balance_fen * annual_rate_bp / 120000 AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'principal', principal_fen || ' fen', concat('at most ', most_yuan, ' yuan'), principal_fen <= most_yuan * 100,
            'fct_microloan_month:' || loan_code
        ),
        ledger.condition(
            'term', concat_ws(' to ', granted_on, due_on), concat('at most ', most_months, ' months'),
            due_on <= granted_on + make_interval(months => most_months), 'fct_microloan_month:' || loan_code
        ),
        ledger.condition(
            'running', to_char(month, 'YYYY-MM'), concat_ws(' to ', granted_on, due_on), granted_on <= event_date AND due_on >= month,
            'fct_microloan_month:' || loan_code
        ),
        ledger.condition('not_overdue', overdue_fen || ' fen', '0 fen', overdue_fen = 0, 'fct_microloan_month:' || loan_code)
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
