-- What the gate's rules see of enrollment; expectations/enrollment.json names these columns.
-- Grain: one row per row of raw.enrollment that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.enrollment, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        coalesce(line.scheme, '') AS scheme_code,
        line.uscc,
        line.first_enrolled_month AS first_enrolled_month_text,
        coalesce(line.person_status, '') AS person_status_code,
        coalesce(line.payment_status, '') AS payment_status_code,
        line.started_on AS started_on_text,
        line.ended_on AS ended_on_text,
        line.died_on AS died_on_text
    FROM raw.enrollment_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'enrollment'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'enrollment'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(uscc) AS uscc_bytes,
        ops.day_number(started_on_text) AS started_on_number,
        ops.day_number(ended_on_text) AS ended_on_number,
        ops.day_number(died_on_text) AS died_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE scheme_code
            WHEN '110' THEN 'employee_pension'
            WHEN '170' THEN 'resident_pension'
            WHEN '210' THEN 'unemployment'
            WHEN '310' THEN 'employee_medical'
            WHEN '410' THEN 'work_injury'
            WHEN '510' THEN 'maternity'
        END AS scheme,
        ops.to_month_or_null(first_enrolled_month_text) AS first_enrolled_month,
        CASE person_status_code WHEN '1' THEN 'active' WHEN '2' THEN 'paused' WHEN '3' THEN 'ended' END AS person_status,
        CASE payment_status_code WHEN '1' THEN 'active' WHEN '2' THEN 'paused' WHEN '3' THEN 'ended' END AS payment_status,
        ops.date_from_number(started_on_number) AS started_on,
        ops.date_from_number(ended_on_number) AS ended_on,
        ops.date_from_number(died_on_number) AS died_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN uscc IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(uscc_bytes), false) END AS uscc_is_right,
        ops.name_is_safe(name) AS name_is_safe
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        ended_on_text IS NULL OR ended_on IS NOT NULL AS ended_on_is_readable,
        died_on_text IS NULL OR died_on IS NOT NULL AS died_on_is_readable,
        CASE WHEN scheme <> 'resident_pension' THEN uscc IS NOT NULL END AS employer_is_named,
        started_on <= %(period_end)s::date AS has_started,
        first_enrolled_month <= started_on AS first_month_is_before_start,
        CASE WHEN died_on <= %(period_end)s::date THEN person_status <> 'active' OR ended_on IS NOT NULL END AS is_closed_when_dead,
        clash.is_orphan IS NOT TRUE AS employer_is_delivered,
        died_on <= %(period_end)s::date + interval '1 month' AS died_on_has_come
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'enrollment'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
