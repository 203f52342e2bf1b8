-- 失业保障转介 (C4.4): whoever lost work and has no support yet is passed on: insured to 失业保险, else to 低保 or 临时救助. No payment of ours.
-- Grain: one candidate per banner, person and month of unemployment.
-- Inputs: warehouse.fct_employment_month, benefit_now, assistance_now.
-- Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS NOT MATERIALIZED (
    SELECT
        month.region_code,
        month.person_key,
        month.month,
        (month.month + interval '1 month - 1 day')::date AS event_date,
        greatest(month.register_delivery_id, month.spell_delivery_id, month.insurance_delivery_id) AS delivery_id
    FROM warehouse.fct_employment_month AS month
    WHERE month.known_to = 'infinity' AND month.status = 'unemployed'
),

earlier AS (
    SELECT
        month.region_code,
        month.person_key,
        min(month.month) FILTER (WHERE month.status = 'employed') AS first_employed,
        min(month.month) FILTER (WHERE month.is_unemployment_insured) AS first_insured
    FROM warehouse.fct_employment_month AS month
    WHERE month.known_to = 'infinity' AND (month.status = 'employed' OR month.is_unemployment_insured)
    GROUP BY month.region_code, month.person_key
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
    WHERE assistance.decision = 'granted'
),

final AS (
    SELECT
        source.*,
        coalesce(earlier.first_employed < source.month, FALSE) AS had_work,
        CASE
            WHEN earlier.first_insured < source.month THEN 'unemployment insurance'
            ELSE 'minimum living allowance or temporary relief'
        END AS route,
        benefit.person_key IS NOT NULL AS has_benefit,
        assisted.person_key IS NOT NULL AS has_assistance
    FROM source
    LEFT JOIN earlier ON source.region_code = earlier.region_code AND source.person_key = earlier.person_key
    LEFT JOIN benefit ON source.person_key = benefit.person_key AND source.month = benefit.month
    LEFT JOIN assisted
        ON source.region_code = assisted.region_code AND source.person_key = assisted.person_key AND source.month = assisted.month
)

SELECT * FROM final;

-- What is asked of so many is the same for most: it is worded once.
CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    found.region_code,
    'unemployment_routing' AS programme_code,
    concat_ws(':', 'unemployment_routing', found.person_key, asked.month_code) AS claim_key,
    'person' AS payee_kind,
    found.person_key::text AS payee_code,
    found.person_key,
    found.event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    asked.conditions,
    found.delivery_id
FROM staging.ledger_found AS found
INNER JOIN (
    SELECT
        month,
        had_work,
        route,
        has_benefit,
        has_assistance,
        to_char(month, 'YYYY-MM') AS month_code,
        jsonb_build_array(
            ledger.condition(
                'lost_work', had_work::text, 'work in an earlier month; then to ' || route, had_work,
                'fct_employment_month:' || to_char(month, 'YYYY-MM')
            ),
            ledger.condition(
                'without_benefit', has_benefit::text, 'false', NOT has_benefit,
                'fct_unemployment_benefit_month:' || to_char(month, 'YYYY-MM')
            ),
            ledger.condition('without_assistance', has_assistance::text, 'false', NOT has_assistance, 'fct_assistance')
        ) AS conditions
    FROM staging.ledger_found
    GROUP BY month, had_work, route, has_benefit, has_assistance
) AS asked
    ON
        found.month = asked.month
        AND found.had_work = asked.had_work
        AND found.route = asked.route
        AND found.has_benefit = asked.has_benefit
        AND found.has_assistance = asked.has_assistance;
