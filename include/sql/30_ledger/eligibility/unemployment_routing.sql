-- 失业保障转介 (C4.4): whoever lost work and has no support yet is passed on: insured to 失业保险, else to 低保 or 临时救助. No payment of ours.
-- Grain: one candidate per banner, person and month of unemployment.
-- Inputs: warehouse.fct_employment_month, benefit_now, assistance_now.
-- Rerun: adds the same candidates to an empty ledger_candidate.
INSERT INTO ledger_candidate (
    region_code, programme_code, claim_key, payee_kind, payee_code, person_key, event_date, units, base_fen, conditions, delivery_id
)
WITH
source AS (
    SELECT
        month.region_code,
        month.person_key,
        month.month,
        (month.month + interval '1 month - 1 day')::date AS event_date,
        month.status,
        bool_or(month.status = 'employed') OVER earlier AS had_work,
        bool_or(month.is_unemployment_insured) OVER earlier AS was_insured,
        greatest(month.register_delivery_id, month.spell_delivery_id, month.insurance_delivery_id) AS delivery_id
    FROM warehouse.fct_employment_month AS month
    WHERE month.known_to = 'infinity'
    WINDOW earlier AS (
        PARTITION BY month.region_code, month.person_key ORDER BY month.month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

benefit AS (
    SELECT DISTINCT
        person_key,
        month
    FROM warehouse.benefit_now
),

assisted AS (
    SELECT DISTINCT
        source.region_code,
        source.person_key,
        source.month
    FROM source
    INNER JOIN warehouse.assistance_now AS assistance
        ON
            source.person_key = assistance.person_key
            AND source.event_date >= assistance.decided_on
            AND source.month <= coalesce(assistance.ends_on, 'infinity')
    WHERE source.status = 'unemployed' AND assistance.decision = 'granted'
),

final AS (
    SELECT
        source.*,
        CASE WHEN source.was_insured THEN 'unemployment insurance' ELSE 'minimum living allowance or temporary relief' END AS route,
        benefit.person_key IS NOT NULL AS has_benefit,
        assisted.person_key IS NOT NULL AS has_assistance
    FROM source
    LEFT JOIN benefit ON source.person_key = benefit.person_key AND source.month = benefit.month
    LEFT JOIN assisted
        ON source.region_code = assisted.region_code AND source.person_key = assisted.person_key AND source.month = assisted.month
    WHERE source.status = 'unemployed'
)

SELECT
    region_code,
    'unemployment_routing' AS programme_code,
    concat_ws(':', 'unemployment_routing', person_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'person' AS payee_kind,
    person_key::text AS payee_code,
    person_key,
    event_date,
    1 AS units,
    NULL AS base_fen,
    jsonb_build_array(
        ledger.condition(
            'lost_work', coalesce(had_work, FALSE)::text, 'work in an earlier month; then to ' || route, had_work,
            'fct_employment_month:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition(
            'without_benefit', has_benefit::text, 'false', NOT has_benefit, 'fct_unemployment_benefit_month:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition('without_assistance', has_assistance::text, 'false', NOT has_assistance, 'fct_assistance')
    ) AS conditions,
    delivery_id
FROM final;
