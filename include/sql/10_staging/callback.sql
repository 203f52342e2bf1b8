-- What the gate's rules see of callback; expectations/callback.json names these columns.
-- Grain: one row per row of raw.callback that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.callback, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.call_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        line.called_on AS called_on_text,
        coalesce(line.outcome, '') AS outcome_code,
        line.is_employed AS is_employed_code,
        line.place_class AS place_class_code,
        line.work_county_code,
        line.is_phone_own AS is_phone_own_code
    FROM raw.callback_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'callback'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'callback'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(called_on_text) AS called_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(called_on_number) AS called_on,
        CASE outcome_code WHEN '1' THEN 'reached' WHEN '2' THEN 'unreached' WHEN '3' THEN 'refused' END AS outcome,
        CASE is_employed_code WHEN '0' THEN false WHEN '1' THEN true END AS is_employed,
        CASE place_class_code
            WHEN '01' THEN 'within_township'
            WHEN '02' THEN 'within_county'
            WHEN '03' THEN 'within_province'
            WHEN '04' THEN 'other_province'
            WHEN '99' THEN 'other'
        END AS place_class,
        CASE is_phone_own_code WHEN '0' THEN false WHEN '1' THEN true END AS is_phone_own,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.code_is_plain(call_code) AS call_code_is_plain
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
        called_on BETWEEN %(period)s::date AND %(period_end)s::date AS is_called_in_period,
        CASE WHEN outcome = 'reached' THEN is_employed_code IS NOT NULL AND is_phone_own_code IS NOT NULL END AS reached_has_answers,
        CASE
            WHEN outcome <> 'reached' THEN num_nonnulls(is_employed_code, place_class_code, work_county_code, is_phone_own_code) = 0
        END AS unreached_has_none,
        CASE WHEN NOT is_employed THEN num_nonnulls(place_class_code, work_county_code) = 0 END AS jobless_has_no_place,
        CASE WHEN is_employed THEN place_class_code IS NOT NULL END AS employed_has_place,
        CASE WHEN work_county_code IS NOT NULL THEN county.county_code IS NOT NULL END AS work_county_is_known,
        CASE
            WHEN county.county_code IS NULL OR region.region_code IS NULL THEN NULL
            WHEN place_class IN ('within_township', 'within_county') THEN work_county_code = typed.region_code
            WHEN place_class = 'within_province' THEN left(work_county_code, 2) = left(typed.region_code, 2)
                AND work_county_code <> typed.region_code
            WHEN place_class = 'other_province' THEN left(work_county_code, 2) <> left(typed.region_code, 2)
        END AS place_is_that_of_county
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'callback'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    LEFT JOIN ops.county AS county ON county.county_code = typed.work_county_code
    OFFSET bigint '0'
)

SELECT * FROM final
