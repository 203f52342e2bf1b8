-- 光伏公益岗位 (C5.3): the holder of a post that a village pays out of its PV revenue. The village pays; here is whether it should.
-- Grain: one candidate per village, holder and month.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.pv_post_now, dim_pv_station. Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        post.region_code,
        post.person_key,
        post.claimed_key,
        post.village_code,
        post.month,
        (post.month + interval '1 month - 1 day')::date AS event_date,
        post.days_worked,
        post.wage_fen,
        post.delivery_id
    FROM warehouse.pv_post_now AS post
),

-- A village may share several stations.
shared AS (
    SELECT DISTINCT
        source.region_code,
        source.village_code,
        source.month
    FROM source
    INNER JOIN warehouse.dim_pv_station AS station
        ON
            source.region_code = station.region_code
            AND source.village_code = station.village_code
            AND source.month >= station.valid_from
            AND source.month < station.valid_to
    WHERE station.share_percent > 0 AND station.known_to = 'infinity'
),

final AS (
    SELECT
        source.*,
        shared.month IS NOT NULL AS has_station,
        person.life_status,
        person.labour_ability,
        coalesce(rule.minimum, 1) AS minimum_days
    FROM source
    LEFT JOIN shared
        ON
            source.region_code = shared.region_code
            AND source.village_code = shared.village_code
            AND source.month = shared.month
    LEFT JOIN staging.ledger_person AS person
        ON
            source.person_key = person.person_key
            AND source.region_code = person.region_code
            AND source.month >= person.valid_from
            AND source.month < person.valid_to
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'pv_post'
            AND source.region_code = rule.region_code
            AND source.event_date >= rule.valid_from
            AND source.event_date < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'pv_post' AS programme_code,
    concat_ws(':', 'pv_post', village_code, claimed_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'person' AS payee_kind,
    claimed_key::text AS payee_code,
    person_key,
    event_date,
    1 AS units,
    wage_fen AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'able', labour_ability, 'ordinary or skilled', labour_ability IN ('ordinary', 'skilled'), 'dim_person:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition('village_has_station', has_station::text, 'true', has_station, 'dim_pv_station:' || village_code),
        ledger.condition(
            'worked_days', days_worked::text, 'at least ' || minimum_days, days_worked >= minimum_days,
            concat_ws(':', 'fct_pv_post_month', village_code, to_char(month, 'YYYY-MM'))
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
