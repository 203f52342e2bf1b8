-- What the gate's rules see of loan; expectations/loan.json names these columns.
-- Grain: one row per row of raw.loan that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.loan, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.fct_microloan_month. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
-- A rate has two decimals of a per cent as an amount has two of a yuan: yuan_to_fen reads it as basis points.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.loan_code, line.region_code, line.id_number, line.name, line.month, line.principal_fen,
                line.balance_fen, line.overdue_fen, line.annual_rate_bp, line.granted_on, line.due_on, line.purpose
            ), 0
        ) AS row_hash,
        hashtextextended(line.loan_code || '|' || line.month, 0) AS key_hash
    FROM raw.loan AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'loan'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.ctid
        )
    OFFSET bigint '0'
),

changed AS (
    SELECT
        source.stream,
        source.row_ctid,
        source.row_hash,
        source.key_hash,
        source.loan_code,
        source.region_code,
        ops.normalise_id(source.id_number) AS id_number,
        source.name,
        source.month AS month_text,
        source.principal_fen AS principal_fen_text,
        source.balance_fen AS balance_fen_text,
        source.overdue_fen AS overdue_fen_text,
        source.annual_rate_bp AS annual_rate_bp_text,
        source.granted_on AS granted_on_text,
        source.due_on AS due_on_text,
        coalesce(source.purpose, '') AS purpose_code
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.fct_microloan_month AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.period = %(period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'loan'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(granted_on_text) AS granted_on_number,
        ops.day_number(due_on_text) AS due_on_number
    FROM changed
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
