-- What the gate's rules see of payment_line; expectations/payment_line.json names these columns.
-- Grain: one row per row of raw.payment_line that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.payment_line, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.payment_reference,
        line.line_code,
        line.region_code,
        coalesce(line.payee_kind, '') AS payee_kind_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.payee_code,
        line.name,
        line.programme_code,
        coalesce(line.fund_code, '') AS fund_code_code,
        line.amount_fen AS amount_fen_text,
        line.paid_on AS paid_on_text,
        coalesce(line.status, '') AS status_code,
        line.returned_on AS returned_on_text,
        line.return_reason AS return_reason_code
    FROM raw.payment_line_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'payment_line'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'payment_line'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        payment_reference ~ '^([a-z0-9_]+-)?[0-9]{6}-[0-9]{6}-[0-9]+$' AS reference_has_parts,
        split_part(payment_reference, '-', -4) AS programme_of_reference,
        split_part(payment_reference, '-', -3) AS region_of_reference,
        split_part(payment_reference, '-', -2) AS month_of_reference,
        ops.uscc_bytes(payee_code) AS payee_uscc_bytes,
        ops.day_number(paid_on_text) AS paid_on_number,
        ops.day_number(returned_on_text) AS returned_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE payee_kind_code
            WHEN '1' THEN 'person'
            WHEN '2' THEN 'employer'
            WHEN '3' THEN 'workshop'
            WHEN '4' THEN 'intermediary'
            WHEN '5' THEN 'village'
        END AS payee_kind,
        CASE fund_code_code
            WHEN '1' THEN 'employment_subsidy'
            WHEN '2' THEN 'poverty_alleviation'
            WHEN '3' THEN 'local_aid'
            WHEN '4' THEN 'pv_revenue'
        END AS fund_code,
        ops.yuan_to_fen(amount_fen_text) AS amount_fen,
        ops.date_from_number(paid_on_number) AS paid_on,
        CASE status_code WHEN '1' THEN 'paid' WHEN '2' THEN 'returned' END AS status,
        ops.date_from_number(returned_on_number) AS returned_on,
        CASE return_reason_code
            WHEN '01' THEN 'account_wrong'
            WHEN '02' THEN 'name_differs'
            WHEN '03' THEN 'account_closed'
            WHEN '04' THEN 'account_frozen'
            WHEN '99' THEN 'other'
        END AS return_reason,
        CASE WHEN id_number IS NOT NULL THEN id_bytes IS NOT NULL END AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.to_month_or_null(month_of_reference) AS ordered_month,
        ops.code_is_plain(line_code) AS line_code_is_plain,
        ops.code_is_plain(programme_code) AS programme_code_is_plain
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
        coalesce(reference_has_parts AND ordered_month IS NOT NULL, false) AS reference_is_formed,
        CASE WHEN reference_has_parts THEN region_of_reference = typed.region_code END AS region_is_that_of_reference,
        CASE WHEN reference_has_parts AND programme_of_reference <> '' THEN programme_of_reference = programme_code END AS programme_is_that_of_reference,
        CASE WHEN payee_kind = 'person' THEN id_number IS NOT NULL AND payee_code IS NULL
            WHEN payee_kind IS NOT NULL THEN payee_code IS NOT NULL AND id_number IS NULL
        END AS payee_is_identified,
        CASE
            WHEN payee_kind = 'employer' AND payee_code IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(payee_uscc_bytes), false)
            WHEN payee_kind = 'village' AND payee_code IS NOT NULL
                THEN length(payee_code) = 12 AND ops.is_digits(payee_code) AND left(payee_code, 6) = typed.region_code
        END AS payee_code_is_right,
        paid_on <= %(period_end)s::date AND coalesce(returned_on <= %(period_end)s::date, true) AS is_not_in_future,
        CASE WHEN reference_has_parts THEN ordered_month <= paid_on END AS is_ordered_before_paid,
        returned_on_text IS NULL OR returned_on IS NOT NULL AS returned_on_is_readable,
        CASE WHEN status IS NOT NULL THEN (status = 'returned') = (returned_on_text IS NOT NULL) END AS return_has_date,
        CASE WHEN status IS NOT NULL THEN (status = 'returned') = (return_reason_code IS NOT NULL) END AS return_has_reason,
        CASE WHEN paid_on <= %(period_end)s::date THEN coalesce(returned_on, paid_on) >= %(period)s::date END AS is_of_period,
        CASE WHEN payee_kind = 'person' THEN amount_fen END AS amount_to_person_fen
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'payment_line'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
