-- 一次性求职创业补贴 (C3.8): a registered person who went away with an organised, verified export and works outside the home banner. Once.
-- Grain: one candidate per banner, person and export batch.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.export_person_now, fct_export_batch, fct_employment_month.
-- Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        export.region_code,
        export.person_key,
        export.claimed_key,
        export.batch_code,
        export.employed_from_on,
        date_trunc('month', export.employed_from_on)::date AS month,
        batch.destination_county_code,
        batch.verified_on,
        greatest(export.delivery_id, batch.delivery_id) AS delivery_id
    FROM warehouse.export_person_now AS export
    LEFT JOIN warehouse.fct_export_batch AS batch
        ON export.batch_code = batch.batch_code AND export.sender_code = batch.sender_code AND batch.known_to = 'infinity'
),

final AS (
    SELECT
        source.*,
        person.life_status,
        employment.work_region_code,
        employment.is_out_migrant,
        employment.evidence_tier,
        coalesce(rule.evidence_tier, 4) AS weakest_tier
    FROM source
    LEFT JOIN staging.ledger_person AS person
        ON
            source.person_key = person.person_key
            AND source.region_code = person.region_code
            AND source.month >= person.valid_from
            AND source.month < person.valid_to
    LEFT JOIN warehouse.fct_employment_month AS employment
        ON
            source.person_key = employment.person_key
            AND source.region_code = employment.region_code
            AND source.month = employment.month
            AND employment.known_to = 'infinity'
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'job_search'
            AND source.region_code = rule.region_code
            AND source.employed_from_on >= rule.valid_from
            AND source.employed_from_on < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'job_search' AS programme_code,
    concat_ws(':', 'job_search', claimed_key, batch_code) AS claim_key,
    'person' AS payee_kind,
    claimed_key::text AS payee_code,
    person_key,
    employed_from_on AS event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'export_verified', verified_on::text, 'a day of verification', verified_on IS NOT NULL, 'fct_export_batch:' || batch_code
        ),
        ledger.condition(
            'destination_away', destination_county_code, 'not ' || region_code, destination_county_code <> region_code,
            'fct_export_batch:' || batch_code
        ),
        ledger.condition(
            'works_away', work_region_code, 'outside the home banner', is_out_migrant, 'fct_employment_month:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition(
            'evidence_tier', evidence_tier::text, 'at most ' || weakest_tier, evidence_tier <= weakest_tier,
            'fct_employment_month:' || to_char(month, 'YYYY-MM')
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
