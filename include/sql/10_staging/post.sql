-- What the gate's rules see of post; expectations/post.json names these columns.
-- Grain: one row per row of raw.post that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.post, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.village_code,
        line.region_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.month AS month_text,
        coalesce(line.post_type, '') AS post_type_code,
        line.days_worked AS days_worked_text,
        line.wage_fen AS wage_fen_text,
        line.paid_fen AS paid_fen_text,
        line.paid_on AS paid_on_text
    FROM raw.post_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'post'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'post'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(paid_on_text) AS paid_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        CASE post_type_code
            WHEN '01' THEN 'cleaning'
            WHEN '02' THEN 'forest'
            WHEN '03' THEN 'road'
            WHEN '04' THEN 'water'
            WHEN '05' THEN 'care'
            WHEN '06' THEN 'station_keeper'
            WHEN '99' THEN 'other'
        END AS post_type,
        ops.to_int_or_null(days_worked_text) AS days_worked,
        ops.yuan_to_fen(wage_fen_text) AS wage_fen,
        ops.yuan_to_fen(paid_fen_text) AS paid_fen,
        ops.date_from_number(paid_on_number) AS paid_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
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
        CASE WHEN village_code_is_formed AND region.region_code IS NOT NULL THEN left(village_code, 6) = typed.region_code END AS village_is_in_region,
        month = %(period)s::date AS month_is_period,
        coalesce(days_worked, -1) AS days_worked_number,
        wage_fen IS NOT NULL AND paid_fen IS NOT NULL AS amounts_are_readable,
        least(wage_fen, paid_fen) AS least_amount_fen,
        paid_on_text IS NULL OR paid_on IS NOT NULL AS paid_on_is_readable,
        CASE WHEN paid_fen > 0 THEN paid_on_text IS NOT NULL END AS paid_has_date,
        clash.is_second_post IS NOT TRUE AS has_one_post,
        paid_on <= %(period_end)s::date + interval '1 month' AS paid_on_has_come
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'two_posts') AS is_second_post
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'post'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
