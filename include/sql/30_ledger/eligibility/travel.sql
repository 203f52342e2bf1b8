-- 交通费补助 (C3.9): a registered person who works away from home, organised or not, once a year.
-- Grain: one candidate per banner, person and year with work in a known place.
-- Inputs: staging.ledger_rule, warehouse.fct_employment_month. Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        month.region_code,
        month.person_key,
        extract(YEAR FROM month.month)::integer AS year,
        (month.month + interval '1 month - 1 day')::date AS event_date,
        coalesce(month.work_region_code, month.place_class) AS work_place,
        month.is_out_migrant,
        month.evidence_tier,
        coalesce(rule.evidence_tier, 4) AS weakest_tier,
        rule.window_from,
        rule.window_through,
        greatest(month.register_delivery_id, month.spell_delivery_id, month.insurance_delivery_id) AS delivery_id
    FROM warehouse.fct_employment_month AS month
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'travel'
            AND month.region_code = rule.region_code
            AND (month.month + interval '1 month - 1 day')::date >= rule.valid_from
            AND (month.month + interval '1 month - 1 day')::date < rule.valid_to
    WHERE month.known_to = 'infinity' AND month.status = 'employed' AND month.place_class IS NOT NULL
),

-- The first month of the year that calls for the subsidy; where none does, the first month of work tells why not.
final AS (
    SELECT DISTINCT ON (region_code, person_key, year) *
    FROM source
    ORDER BY
        region_code ASC, person_key ASC, year ASC,
        (
            is_out_migrant AND evidence_tier <= weakest_tier
            AND coalesce(event_date BETWEEN window_from AND window_through, FALSE)
        ) DESC,
        event_date ASC
)

SELECT * FROM final;

-- What is asked of so many is the same for most: it is worded once.
CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    found.region_code,
    'travel' AS programme_code,
    concat_ws(':', 'travel', found.person_key, found.year) AS claim_key,
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
        event_date,
        work_place,
        is_out_migrant,
        evidence_tier,
        weakest_tier,
        jsonb_build_array(
            ledger.condition(
                'works_away', work_place, 'outside the home banner', is_out_migrant,
                'fct_employment_month:' || to_char(event_date, 'YYYY-MM')
            ),
            ledger.condition(
                'evidence_tier', evidence_tier::text, 'at most ' || weakest_tier, evidence_tier <= weakest_tier,
                'fct_employment_month:' || to_char(event_date, 'YYYY-MM')
            )
        ) AS conditions
    FROM staging.ledger_found
    GROUP BY event_date, work_place, is_out_migrant, evidence_tier, weakest_tier
) AS asked
    ON
        found.event_date = asked.event_date
        AND found.work_place = asked.work_place
        AND found.is_out_migrant = asked.is_out_migrant
        AND found.evidence_tier = asked.evidence_tier
        AND found.weakest_tier = asked.weakest_tier;
