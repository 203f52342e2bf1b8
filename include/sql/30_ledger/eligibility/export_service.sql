-- 就业创业服务补助 (C3.7): the agency or broker whose verified export brought a registered person into work away. One claimant per export.
-- Grain: one candidate per banner, export batch and person.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.export_person_now, fct_export_batch, dim_intermediary, fct_employment_month.
-- Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        export.region_code,
        export.person_key,
        export.claimed_key,
        export.batch_code,
        batch.intermediary_code,
        batch.departed_on,
        date_trunc('month', batch.departed_on)::date AS month,
        batch.verified_on,
        intermediary.kind,
        intermediary.licensed_on,
        greatest(export.delivery_id, batch.delivery_id) AS delivery_id
    FROM warehouse.export_person_now AS export
    -- Without its batch an export has no claimant.
    INNER JOIN warehouse.fct_export_batch AS batch
        ON export.batch_code = batch.batch_code AND export.sender_code = batch.sender_code AND batch.known_to = 'infinity'
    LEFT JOIN warehouse.dim_intermediary AS intermediary
        ON
            batch.intermediary_code = intermediary.intermediary_code
            AND batch.sender_code = intermediary.sender_code
            AND date_trunc('month', batch.departed_on) >= intermediary.valid_from
            AND date_trunc('month', batch.departed_on) < intermediary.valid_to
            AND intermediary.known_to = 'infinity'
),

-- Months of work away from the month of departure, as far as the evidence is good enough and as they are asked for.
kept AS (
    SELECT
        source.region_code,
        source.batch_code,
        source.claimed_key,
        coalesce(rule.evidence_tier, 4) AS weakest_tier,
        coalesce(rule.minimum, 1) AS minimum_months,
        least(count(employment.month), coalesce(rule.minimum, 1)) AS months
    FROM source
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'export_service'
            AND source.region_code = rule.region_code
            AND source.departed_on >= rule.valid_from
            AND source.departed_on < rule.valid_to
    LEFT JOIN warehouse.fct_employment_month AS employment
        ON
            source.person_key = employment.person_key
            AND source.region_code = employment.region_code
            AND source.month <= employment.month
            AND source.month + interval '1 year' > employment.month
            AND employment.is_out_migrant
            AND employment.evidence_tier <= coalesce(rule.evidence_tier, 4)
            AND employment.known_to = 'infinity'
    GROUP BY source.region_code, source.batch_code, source.claimed_key, rule.evidence_tier, rule.minimum
),

final AS (
    SELECT
        source.*,
        person.life_status,
        kept.months,
        kept.minimum_months,
        kept.weakest_tier
    FROM source
    INNER JOIN kept
        ON source.region_code = kept.region_code AND source.batch_code = kept.batch_code AND source.claimed_key = kept.claimed_key
    LEFT JOIN staging.ledger_person AS person
        ON
            source.person_key = person.person_key
            AND source.region_code = person.region_code
            AND source.month >= person.valid_from
            AND source.month < person.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'export_service' AS programme_code,
    concat_ws(':', 'export_service', batch_code, claimed_key) AS claim_key,
    'intermediary' AS payee_kind,
    intermediary_code AS payee_code,
    person_key,
    departed_on AS event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'export_verified', verified_on::text, 'a day of verification', verified_on IS NOT NULL, 'fct_export_batch:' || batch_code
        ),
        ledger.condition(
            'licensed', coalesce(licensed_on::text, kind), 'a public agency, or licensed by ' || departed_on,
            kind = 'public_agency' OR licensed_on <= departed_on, 'dim_intermediary:' || intermediary_code
        ),
        ledger.condition(
            'months_away', months::text, concat('at least ', minimum_months, ', evidence at most ', weakest_tier), months >= minimum_months,
            'fct_employment_month:' || to_char(month, 'YYYY-MM')
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
