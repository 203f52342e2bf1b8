-- 公益性岗位补贴 (C5.2): the holder of a post who cannot leave, has no other work, cannot escape poverty, and is able. One post per person.
-- Grain: one candidate per post, holder and month.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.post_holder_now, dim_welfare_post, fct_employment_month.
-- Rerun: the run replaces the tables.
-- A post has its own fund. Its places go to those who started first.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        holder.region_code,
        holder.person_key,
        holder.claimed_key,
        holder.post_code,
        holder.month,
        (holder.month + interval '1 month - 1 day')::date AS event_date,
        holder.started_on,
        holder.ended_on,
        holder.cannot_leave_home,
        holder.has_no_other_work,
        holder.cannot_escape_poverty,
        holder.attended_days,
        post.fund_code,
        post.approved_places,
        post.monthly_pay_fen,
        row_number() OVER (
            PARTITION BY holder.region_code, holder.post_code, holder.month ORDER BY holder.started_on, holder.person_key
        ) AS place,
        greatest(holder.delivery_id, post.delivery_id) AS delivery_id
    FROM warehouse.post_holder_now AS holder
    LEFT JOIN warehouse.dim_welfare_post AS post
        ON
            holder.post_code = post.post_code
            AND holder.sender_code = post.sender_code
            AND holder.month >= post.valid_from
            AND holder.month < post.valid_to
            AND post.known_to = 'infinity'
),

final AS (
    SELECT
        source.*,
        person.life_status,
        person.labour_ability,
        coalesce(employment.is_employee_insured, FALSE) AS is_insured_elsewhere,
        coalesce(rule.minimum, 1) AS minimum_days
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
            rule.programme_code = 'welfare_post'
            AND source.region_code = rule.region_code
            AND source.event_date >= rule.valid_from
            AND source.event_date < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'welfare_post' AS programme_code,
    concat_ws(':', 'welfare_post', post_code, claimed_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'person' AS payee_kind,
    claimed_key::text AS payee_code,
    person_key,
    event_date,
    1 AS units,
    monthly_pay_fen AS base_fen,
    fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'able', labour_ability, 'ordinary or skilled', labour_ability IN ('ordinary', 'skilled'), 'dim_person:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition(
            'cannot_leave_home', cannot_leave_home::text, 'true', cannot_leave_home, 'fct_welfare_post_month:' || post_code
        ),
        ledger.condition(
            'has_no_other_work', concat_ws(', insured by an employer: ', has_no_other_work, is_insured_elsewhere),
            'true, and no employer pays insurance', has_no_other_work AND NOT is_insured_elsewhere, 'fct_welfare_post_month:' || post_code
        ),
        ledger.condition(
            'cannot_escape_poverty', cannot_escape_poverty::text, 'true', cannot_escape_poverty, 'fct_welfare_post_month:' || post_code
        ),
        ledger.condition(
            'holds_post', concat_ws(' to ', started_on, ended_on), 'in ' || to_char(month, 'YYYY-MM'),
            started_on <= event_date AND coalesce(ended_on >= month, TRUE), 'fct_welfare_post_month:' || post_code
        ),
        ledger.condition(
            'within_places', place::text, 'at most ' || approved_places, place <= approved_places, 'dim_welfare_post:' || post_code
        ),
        ledger.condition(
            'attended_days', attended_days::text, 'at least ' || minimum_days, attended_days >= minimum_days,
            'fct_welfare_post_month:' || post_code
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
