-- 培训生活费补贴 (C4.2): a registered person in training, by attended day; an online day counts like any other.
-- Grain: one candidate per course that is not work-based, person and month of attendance.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.attendance_now, dim_course. Rerun: the run replaces the tables.
CREATE UNLOGGED TABLE staging.ledger_found AS
WITH
source AS (
    SELECT
        attendance.region_code,
        attendance.person_key,
        attendance.claimed_key,
        attendance.course_code,
        attendance.month,
        (attendance.month + interval '1 month - 1 day')::date AS event_date,
        attendance.attended_days,
        course.starts_on,
        course.ends_on,
        course.planned_days,
        sum(attendance.attended_days) OVER so_far AS days_so_far,
        greatest(attendance.delivery_id, course.delivery_id) AS delivery_id
    FROM warehouse.attendance_now AS attendance
    INNER JOIN warehouse.dim_course AS course
        ON
            attendance.course_code = course.course_code
            AND attendance.sender_code = course.sender_code
            AND attendance.month >= course.valid_from
            AND attendance.month < course.valid_to
            AND course.known_to = 'infinity'
    WHERE course.kind <> 'work_based'
    WINDOW so_far AS (PARTITION BY attendance.course_code, attendance.person_key ORDER BY attendance.month)
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
            rule.programme_code = 'training_living'
            AND source.region_code = rule.region_code
            AND source.event_date >= rule.valid_from
            AND source.event_date < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'training_living' AS programme_code,
    concat_ws(':', 'training_living', course_code, claimed_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'person' AS payee_kind,
    claimed_key::text AS payee_code,
    person_key,
    event_date,
    attended_days AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'course_runs', to_char(month, 'YYYY-MM'), concat_ws(' to ', starts_on, ends_on), month <= ends_on AND event_date >= starts_on,
            'dim_course:' || course_code
        ),
        ledger.condition(
            'attended_days', attended_days::text, 'at least ' || minimum_days, attended_days >= minimum_days,
            concat_ws(':', 'fct_attendance_month', course_code, to_char(month, 'YYYY-MM'))
        ),
        ledger.condition(
            'within_plan', days_so_far::text, 'at most ' || planned_days, days_so_far <= planned_days, 'dim_course:' || course_code
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
