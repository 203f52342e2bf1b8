-- What the gate's rules see of course; expectations/course.json names these columns.
-- Grain: one row per row of raw.course that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.course, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.course_code,
        line.region_code,
        line.provider_name,
        line.credit_code,
        coalesce(line.kind, '') AS kind_code,
        coalesce(line.mode, '') AS mode_code,
        coalesce(line.occupation, '') AS occupation_code,
        line.starts_on AS starts_on_text,
        line.ends_on AS ends_on_text,
        line.planned_days AS planned_days_text
    FROM raw.course_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'course'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'course'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(starts_on_text) AS starts_on_number,
        ops.day_number(ends_on_text) AS ends_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE kind_code WHEN '1' THEN 'work_based' WHEN '2' THEN 'skill' WHEN '3' THEN 'entrepreneurship' END AS kind,
        CASE mode_code WHEN '1' THEN 'online' WHEN '2' THEN 'offline' END AS mode,
        CASE occupation_code
            WHEN '01' THEN 'construction'
            WHEN '02' THEN 'factory'
            WHEN '03' THEN 'catering'
            WHEN '04' THEN 'household_service'
            WHEN '05' THEN 'farming'
            WHEN '06' THEN 'driving'
            WHEN '07' THEN 'security_cleaning'
            WHEN '08' THEN 'farm_processing'
            WHEN '09' THEN 'retail'
            WHEN '99' THEN 'other'
        END AS occupation,
        ops.date_from_number(starts_on_number) AS starts_on,
        ops.date_from_number(ends_on_number) AS ends_on,
        ops.to_int_or_null(planned_days_text) AS planned_days,
        CASE WHEN credit_code IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(credit_code_bytes), false) END AS credit_code_is_right,
        ops.name_is_safe(provider_name) AS provider_name_is_safe,
        ops.code_is_plain(course_code) AS course_code_is_plain
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
        CASE WHEN kind = 'work_based' THEN credit_code IS NOT NULL END AS work_based_has_employer,
        coalesce(planned_days, -1) AS planned_days_number,
        CASE WHEN ends_on >= starts_on THEN planned_days <= ends_on - starts_on + 1 END AS days_fit_course
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'course'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
