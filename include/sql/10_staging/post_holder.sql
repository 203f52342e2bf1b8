-- What the gate's rules see of post_holder; expectations/post_holder.json names these columns.
-- Grain: one row per row of raw.post_holder that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.post_holder, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.post_code,
        line.region_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.month AS month_text,
        line.started_on AS started_on_text,
        line.ended_on AS ended_on_text,
        coalesce(line.cannot_leave_home, '') AS cannot_leave_home_code,
        coalesce(line.has_no_other_work, '') AS has_no_other_work_code,
        coalesce(line.cannot_escape_poverty, '') AS cannot_escape_poverty_code,
        line.attended_days AS attended_days_text,
        line.pay_fen AS pay_fen_text
    FROM raw.post_holder_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'post_holder'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'post_holder'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(started_on_text) AS started_on_number,
        ops.day_number(ended_on_text) AS ended_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        ops.date_from_number(started_on_number) AS started_on,
        ops.date_from_number(ended_on_number) AS ended_on,
        CASE cannot_leave_home_code WHEN '0' THEN false WHEN '1' THEN true END AS cannot_leave_home,
        CASE has_no_other_work_code WHEN '0' THEN false WHEN '1' THEN true END AS has_no_other_work,
        CASE cannot_escape_poverty_code WHEN '0' THEN false WHEN '1' THEN true END AS cannot_escape_poverty,
        ops.to_int_or_null(attended_days_text) AS attended_days,
        ops.yuan_to_fen(pay_fen_text) AS pay_fen,
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
        clash.is_orphan IS NOT TRUE AS post_is_delivered,
        month = %(period)s::date AS month_is_period,
        started_on <= %(period_end)s::date AS has_started,
        ended_on_text IS NULL OR ended_on IS NOT NULL AS ended_on_is_readable,
        month <= ended_on AS is_within_term,
        cannot_leave_home IS NOT NULL AND has_no_other_work IS NOT NULL AND cannot_escape_poverty IS NOT NULL AS flags_are_coded,
        coalesce(attended_days, -1) AS attended_days_number,
        pay_fen IS NOT NULL AS amounts_are_readable,
        CASE WHEN pay_fen > 0 THEN attended_days > 0 END AS pay_is_for_days,
        clash.is_second_post IS NOT TRUE AS has_one_post,
        cannot_leave_home AND has_no_other_work AND cannot_escape_poverty AS meets_conditions
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan,
            bool_or(kind = 'two_posts') AS is_second_post
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'post_holder'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
