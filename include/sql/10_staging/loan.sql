-- What the gate's rules see of loan; expectations/loan.json names these columns.
-- Grain: one row per row of raw.loan that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.loan, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
-- A rate has two decimals of a per cent as an amount has two of a yuan: yuan_to_fen reads it as basis points.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.loan_code,
        line.region_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        line.month AS month_text,
        line.principal_fen AS principal_fen_text,
        line.balance_fen AS balance_fen_text,
        line.overdue_fen AS overdue_fen_text,
        line.annual_rate_bp AS annual_rate_bp_text,
        line.granted_on AS granted_on_text,
        line.due_on AS due_on_text,
        coalesce(line.purpose, '') AS purpose_code
    FROM raw.loan_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'loan'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'loan'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(granted_on_text) AS granted_on_number,
        ops.day_number(due_on_text) AS due_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        ops.yuan_to_fen(principal_fen_text) AS principal_fen,
        ops.yuan_to_fen(balance_fen_text) AS balance_fen,
        ops.yuan_to_fen(overdue_fen_text) AS overdue_fen,
        ops.yuan_to_fen(annual_rate_bp_text)::integer AS annual_rate_bp,
        ops.date_from_number(granted_on_number) AS granted_on,
        ops.date_from_number(due_on_number) AS due_on,
        CASE purpose_code
            WHEN '01' THEN 'planting'
            WHEN '02' THEN 'breeding'
            WHEN '03' THEN 'processing'
            WHEN '04' THEN 'trade'
            WHEN '05' THEN 'services'
            WHEN '99' THEN 'other'
        END AS purpose,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.code_is_plain(loan_code) AS loan_code_is_plain
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
        month = %(period)s::date AS month_is_period,
        principal_fen IS NOT NULL AND balance_fen IS NOT NULL AND overdue_fen IS NOT NULL AS amounts_are_readable,
        least(principal_fen, balance_fen, overdue_fen) AS least_amount_fen,
        coalesce(annual_rate_bp, -1) AS annual_rate_number,
        granted_on <= %(period_end)s::date AS is_granted_by_period_end,
        CASE WHEN principal_fen IS NOT NULL AND region.region_code IS NOT NULL THEN principal_fen <= 100 * (
            SELECT dated.value::bigint
            FROM ops.parameter_at('microloan_limit_yuan', region.region_code, granted_on) AS dated
        ) END AS principal_is_within_limit,
        CASE WHEN due_on >= granted_on AND region.region_code IS NOT NULL THEN due_on <= granted_on + make_interval(months => (
            SELECT dated.value::integer
            FROM ops.parameter_at('microloan_term_months', region.region_code, granted_on) AS dated
        )) END AS term_is_within_limit,
        CASE WHEN due_on < %(period)s::date THEN overdue_fen = balance_fen END AS matured_balance_is_overdue
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'loan'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
