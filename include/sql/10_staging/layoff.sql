-- What the gate's rules see of layoff; expectations/layoff.json names these columns.
-- Grain: one row per row of raw.layoff that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.layoff, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.credit_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.region_code,
        line.laid_off_on AS laid_off_on_text,
        line.wages_owed_fen AS wages_owed_fen_text,
        line.wages_paid_on AS wages_paid_on_text,
        line.compensation_owed_fen AS compensation_owed_fen_text,
        line.compensation_paid_on AS compensation_paid_on_text,
        line.insurance_transferred_on AS insurance_transferred_on_text
    FROM raw.layoff_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'layoff'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'layoff'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(laid_off_on_text) AS laid_off_on_number,
        ops.day_number(wages_paid_on_text) AS wages_paid_on_number,
        ops.day_number(compensation_paid_on_text) AS compensation_paid_on_number,
        ops.day_number(insurance_transferred_on_text) AS insurance_transferred_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(laid_off_on_number) AS laid_off_on,
        ops.yuan_to_fen(wages_owed_fen_text) AS wages_owed_fen,
        ops.date_from_number(wages_paid_on_number) AS wages_paid_on,
        ops.yuan_to_fen(compensation_owed_fen_text) AS compensation_owed_fen,
        ops.date_from_number(compensation_paid_on_number) AS compensation_paid_on,
        ops.date_from_number(insurance_transferred_on_number) AS insurance_transferred_on,
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
        laid_off_on <= %(period_end)s::date AS is_laid_off,
        wages_owed_fen IS NOT NULL AND compensation_owed_fen IS NOT NULL AS amounts_are_readable,
        least(wages_owed_fen, compensation_owed_fen) AS least_amount_fen,
        greatest(wages_owed_fen, compensation_owed_fen) AS greatest_amount_fen,
        wages_paid_on_text IS NULL OR wages_paid_on IS NOT NULL AS wages_paid_on_is_readable,
        compensation_paid_on_text IS NULL OR compensation_paid_on IS NOT NULL AS compensation_paid_on_is_readable,
        insurance_transferred_on_text IS NULL OR insurance_transferred_on IS NOT NULL AS insurance_transferred_on_is_readable,
        least(wages_paid_on, compensation_paid_on, insurance_transferred_on) >= laid_off_on AS is_settled_after_layoff,
        greatest(wages_paid_on, compensation_paid_on, insurance_transferred_on) <= %(period_end)s::date AS is_settled_by_period_end,
        (wages_paid_on IS NULL OR wages_owed_fen > 0) AND (compensation_paid_on IS NULL OR compensation_owed_fen > 0) AS paid_was_owed
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'layoff'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
