-- 扶贫车间奖补 (C4.1): the workshop that operates and employs a registered person, month by month.
-- Grain: one candidate per workshop, worker and month.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.workshop_worker_now, dim_workshop.
-- Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        worker.region_code,
        worker.person_key,
        worker.claimed_key,
        worker.workshop_code,
        worker.month,
        (worker.month + interval '1 month - 1 day')::date AS event_date,
        worker.worked_days,
        worker.wage_fen,
        workshop.recognised_on,
        workshop.closed_on,
        workshop.is_operating,
        greatest(worker.delivery_id, workshop.delivery_id) AS delivery_id
    FROM warehouse.workshop_worker_now AS worker
    LEFT JOIN warehouse.dim_workshop AS workshop
        ON
            worker.workshop_code = workshop.workshop_code
            AND worker.sender_code = workshop.sender_code
            AND worker.month >= workshop.valid_from
            AND worker.month < workshop.valid_to
            AND workshop.known_to = 'infinity'
),

final AS (
    SELECT
        source.*,
        person.life_status,
        coalesce(rule.minimum, 1) AS minimum_days
    FROM source
    LEFT JOIN staging.ledger_person AS person
        ON
            source.person_key = person.person_key
            AND source.region_code = person.region_code
            AND source.month >= person.valid_from
            AND source.month < person.valid_to
    LEFT JOIN staging.ledger_rule AS rule
        ON
            rule.programme_code = 'workshop_reward'
            AND source.region_code = rule.region_code
            AND source.event_date >= rule.valid_from
            AND source.event_date < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'workshop_reward' AS programme_code,
    concat_ws(':', 'workshop_reward', workshop_code, claimed_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'workshop' AS payee_kind,
    workshop_code AS payee_code,
    person_key,
    event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'recognised', recognised_on::text, 'by ' || event_date, recognised_on <= event_date, 'dim_workshop:' || workshop_code
        ),
        ledger.condition(
            'operating', concat_ws(', closed ', is_operating, closed_on), 'operating in the month',
            is_operating OR coalesce(closed_on >= event_date, FALSE), 'dim_workshop:' || workshop_code
        ),
        ledger.condition(
            'worked_days', worked_days::text, 'at least ' || minimum_days, worked_days >= minimum_days,
            concat_ws(':', 'fct_workshop_worker_month', workshop_code, to_char(month, 'YYYY-MM'))
        ),
        ledger.condition(
            'wage_paid', wage_fen || ' fen', 'above zero', wage_fen > 0,
            concat_ws(':', 'fct_workshop_worker_month', workshop_code, to_char(month, 'YYYY-MM'))
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
