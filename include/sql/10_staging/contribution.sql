-- What the gate's rules see of contribution; expectations/contribution.json names these columns.
-- Grain: one row per row of raw.contribution that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.contribution, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
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
        line.region_code,
        coalesce(line.scheme, '') AS scheme_code,
        line.uscc,
        line.settled_month AS settled_month_text,
        line.due_month AS due_month_text,
        line.base_fen AS base_fen_text,
        line.employer_due_fen AS employer_due_fen_text,
        line.person_due_fen AS person_due_fen_text,
        line.employer_paid_fen AS employer_paid_fen_text,
        line.person_paid_fen AS person_paid_fen_text,
        coalesce(line.is_received, '') AS is_received_code,
        line.received_on AS received_on_text
    FROM raw.contribution_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'contribution'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'contribution'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(uscc) AS uscc_bytes,
        ops.day_number(received_on_text) AS received_on_number
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
        ops.to_month_or_null(settled_month_text) AS settled_month,
        ops.to_month_or_null(due_month_text) AS due_month,
        ops.yuan_to_fen(base_fen_text) AS base_fen,
        ops.yuan_to_fen(employer_due_fen_text) AS employer_due_fen,
        ops.yuan_to_fen(person_due_fen_text) AS person_due_fen,
        ops.yuan_to_fen(employer_paid_fen_text) AS employer_paid_fen,
        ops.yuan_to_fen(person_paid_fen_text) AS person_paid_fen,
        CASE is_received_code WHEN '0' THEN false WHEN '1' THEN true END AS is_received,
        ops.date_from_number(received_on_number) AS received_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN uscc IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(uscc_bytes), false) END AS uscc_is_right
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        settled_month <= %(period)s::date AND due_month <= %(period)s::date AS is_not_in_future,
        base_fen IS NOT NULL AND employer_due_fen IS NOT NULL AND person_due_fen IS NOT NULL AND employer_paid_fen IS NOT NULL
            AND person_paid_fen IS NOT NULL AS amounts_are_readable,
        least(base_fen, employer_due_fen, person_due_fen, employer_paid_fen, person_paid_fen) AS least_amount_fen,
        employer_paid_fen <= employer_due_fen AND person_paid_fen <= person_due_fen AS paid_is_within_due,
        received_on_text IS NULL OR received_on IS NOT NULL AS received_on_is_readable,
        CASE WHEN is_received THEN received_on_text IS NOT NULL END AS received_has_date,
        CASE WHEN scheme <> 'resident_pension' THEN uscc IS NOT NULL END AS employer_is_named,
        clash.is_dead IS NOT TRUE AS is_due_in_life,
        clash.is_orphan IS NOT TRUE AS person_is_enrolled,
        greatest(employer_due_fen, person_due_fen) AS greatest_due_fen,
        received_on <= %(period_end)s::date + interval '1 month' AS received_on_has_come
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'dead') AS is_dead,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'contribution'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
