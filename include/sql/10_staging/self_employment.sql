-- What the gate's rules see of self_employment; expectations/self_employment.json names these columns.
-- Grain: one row per row of raw.self_employment that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.self_employment, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.business_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        coalesce(line.sector, '') AS sector_code,
        line.registered_on AS registered_on_text,
        line.closed_on AS closed_on_text,
        line.support_document
    FROM raw.self_employment_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'self_employment'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'self_employment'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(business_code) AS business_code_bytes,
        ops.day_number(registered_on_text) AS registered_on_number,
        ops.day_number(closed_on_text) AS closed_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE sector_code WHEN '2' THEN 'secondary' WHEN '3' THEN 'tertiary' END AS sector,
        ops.date_from_number(registered_on_number) AS registered_on,
        ops.date_from_number(closed_on_number) AS closed_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN business_code IS NOT NULL THEN length(business_code) = 15 AND ops.is_digits(business_code)
            OR coalesce(ops.uscc_bytes_ok(business_code_bytes), false) END AS business_code_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.name_is_safe(support_document) AS support_document_is_safe
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
        registered_on <= %(period_end)s::date AS is_registered_by_period_end,
        closed_on_text IS NULL OR closed_on IS NOT NULL AS closed_on_is_readable,
        closed_on <= %(period_end)s::date AS is_closed_by_period_end,
        registered_on >= '1980-01-01' AS is_registered_plausibly,
        CASE WHEN id_bytes IS NOT NULL THEN substr(id_number, 7, 8) <= to_char(%(period_end)s::date - interval '16 years', 'YYYYMMDD') END AS is_of_working_age
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'self_employment'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
