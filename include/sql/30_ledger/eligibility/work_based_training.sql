-- 以工代训职业培训补贴 (C3.4): the employer that trains a registered person of its own at work, month by month.
-- Grain: one candidate per work-based course, person and month of attendance.
-- Inputs: staging.ledger_rule, staging.ledger_person, warehouse.attendance_now, dim_course, fct_employment_month.
-- Rerun: the run replaces the tables.
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
        course.credit_code,
        greatest(attendance.delivery_id, course.delivery_id) AS delivery_id
    FROM warehouse.attendance_now AS attendance
    INNER JOIN warehouse.dim_course AS course
        ON
            attendance.course_code = course.course_code
            AND attendance.sender_code = course.sender_code
            AND attendance.month >= course.valid_from
            AND attendance.month < course.valid_to
            AND course.known_to = 'infinity'
    WHERE course.kind = 'work_based' AND course.credit_code IS NOT NULL
),

final AS (
    SELECT
        source.*,
        person.life_status,
        employment.employer_uscc,
        employment.evidence_tier,
        coalesce(rule.evidence_tier, 4) AS weakest_tier,
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
            rule.programme_code = 'work_based_training'
            AND source.region_code = rule.region_code
            AND source.event_date >= rule.valid_from
            AND source.event_date < rule.valid_to
)

SELECT * FROM final;

CREATE UNLOGGED TABLE staging.ledger_candidate AS
SELECT
    region_code,
    'work_based_training' AS programme_code,
    concat_ws(':', 'work_based_training', course_code, claimed_key, to_char(month, 'YYYY-MM')) AS claim_key,
    'employer' AS payee_kind,
    credit_code AS payee_code,
    person_key,
    event_date,
    1 AS units,
    NULL::bigint AS base_fen,
    NULL::text AS fund_code,
    jsonb_build_array(
        ledger.condition('registered', life_status, 'alive in the register', life_status = 'alive', 'dim_person:' || to_char(month, 'YYYY-MM')),
        ledger.condition(
            'works_there', employer_uscc, credit_code, employer_uscc = credit_code, 'fct_employment_month:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition(
            'evidence_tier', evidence_tier::text, 'at most ' || weakest_tier, evidence_tier <= weakest_tier,
            'fct_employment_month:' || to_char(month, 'YYYY-MM')
        ),
        ledger.condition(
            'attended_days', attended_days::text, 'at least ' || minimum_days, attended_days >= minimum_days,
            concat_ws(':', 'fct_attendance_month', course_code, to_char(month, 'YYYY-MM'))
        )
    ) AS conditions,
    delivery_id
FROM staging.ledger_found;
