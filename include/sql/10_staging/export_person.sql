-- What the gate's rules see of export_person; expectations/export_person.json names these columns.
-- Grain: one row per row of raw.export_person that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.export_person, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.batch_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        line.credit_code,
        line.employed_from_on AS employed_from_on_text,
        line.returned_on AS returned_on_text
    FROM raw.export_person_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'export_person'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'export_person'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(employed_from_on_text) AS employed_from_on_number,
        ops.day_number(returned_on_text) AS returned_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(employed_from_on_number) AS employed_from_on,
        ops.date_from_number(returned_on_number) AS returned_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN credit_code IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(credit_code_bytes), false) END AS credit_code_is_right,
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
        clash.is_orphan IS NOT TRUE AS batch_is_told,
        employed_from_on <= %(period_end)s::date AS has_begun,
        returned_on <= %(period_end)s::date AS has_returned_by_period_end,
        clash.is_in_two_batches IS NOT TRUE AS is_in_one_batch,
        returned_on_text IS NULL OR returned_on IS NOT NULL AS returned_on_is_readable
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan,
            bool_or(kind = 'two_batches') AS is_in_two_batches
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'export_person'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
