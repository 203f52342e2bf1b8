-- What the gate's rules see of attendance; expectations/attendance.json names these columns.
-- Grain: one row per row of raw.attendance that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.attendance, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.course_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        line.month AS month_text,
        line.attended_days AS attended_days_text,
        coalesce(line.is_completed, '') AS is_completed_code
    FROM raw.attendance_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'attendance'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'attendance'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        ops.to_int_or_null(attended_days_text) AS attended_days,
        CASE is_completed_code WHEN '0' THEN false WHEN '1' THEN true END AS is_completed,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE
            WHEN region.region_code IS NOT NULL
                THEN %(sender_code)s IN (region.sender_code, region.region_code, %(root_code)s)
        END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        month = %(period)s::date AS month_is_period,
        clash.is_orphan IS NOT TRUE AS course_is_delivered,
        coalesce(attended_days, -1) AS attended_days_number,
        clash.is_beyond_course IS NOT TRUE AS days_are_within_course,
        clash.is_in_two_courses IS NOT TRUE AS is_in_one_course
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan,
            bool_or(kind = 'beyond_course') AS is_beyond_course,
            bool_or(kind = 'two_courses') AS is_in_two_courses
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'attendance'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
