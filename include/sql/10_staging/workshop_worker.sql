-- What the gate's rules see of workshop_worker; expectations/workshop_worker.json names these columns.
-- Grain: one row per row of raw.workshop_worker that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.workshop_worker, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.workshop_code,
        line.region_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.month AS month_text,
        line.hired_on AS hired_on_text,
        line.worked_days AS worked_days_text,
        line.wage_fen AS wage_fen_text
    FROM raw.workshop_worker_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'workshop_worker'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'workshop_worker'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(hired_on_text) AS hired_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        ops.date_from_number(hired_on_number) AS hired_on,
        ops.to_int_or_null(worked_days_text) AS worked_days,
        ops.yuan_to_fen(wage_fen_text) AS wage_fen,
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
        clash.is_orphan IS NOT TRUE AS workshop_is_delivered,
        month = %(period)s::date AS month_is_period,
        hired_on <= %(period_end)s::date AS is_hired_by_period_end,
        coalesce(worked_days, -1) AS worked_days_number,
        wage_fen IS NOT NULL AS amounts_are_readable,
        CASE WHEN wage_fen > 0 THEN worked_days > 0 END AS wage_is_for_days,
        CASE WHEN id_bytes IS NOT NULL THEN substr(id_number, 7, 8) <= to_char(%(period_end)s::date - interval '16 years', 'YYYYMMDD') END AS is_of_working_age
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'workshop_worker'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
