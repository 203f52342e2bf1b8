-- What the gate's rules see of benefit; expectations/benefit.json names these columns.
-- Grain: one row per row of raw.benefit that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.benefit, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.fct_unemployment_benefit_month. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.id_number, line.name, line.region_code, line.month, line.benefit_kind, line.amount_fen,
                line.entitled_from_on, line.entitled_to_on
            ), 0
        ) AS row_hash,
        hashtextextended(ops.normalise_id(line.id_number) || '|' || line.month, 0) AS key_hash
    FROM raw.benefit AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'benefit'
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
        ops.normalise_id(source.id_number) AS id_number,
        source.name,
        source.region_code,
        source.month AS month_text,
        coalesce(source.benefit_kind, '') AS benefit_kind_code,
        source.amount_fen AS amount_fen_text,
        source.entitled_from_on AS entitled_from_on_text,
        source.entitled_to_on AS entitled_to_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.fct_unemployment_benefit_month AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.period = %(period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'benefit'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        CASE WHEN ops.id_form_ok(id_number) THEN substr(id_number, 7, 8)::integer END AS birth_number,
        ops.day_number(entitled_from_on_text) AS entitled_from_on_number,
        ops.day_number(entitled_to_on_text) AS entitled_to_on_number
    FROM changed
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        CASE benefit_kind_code WHEN '01' THEN 'insurance' WHEN '02' THEN 'subsidy' END AS benefit_kind,
        ops.yuan_to_fen(amount_fen_text) AS amount_fen,
        ops.date_from_number(entitled_from_on_number) AS entitled_from_on,
        ops.date_from_number(entitled_to_on_number) AS entitled_to_on,
        id_bytes IS NOT NULL AS id_is_formed,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.date_from_number(birth_number) AS birth_date_of_id
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
        CASE WHEN month IS NOT NULL THEN entitled_from_on < month + interval '1 month' AND entitled_to_on >= month END AS month_is_entitled,
        CASE WHEN entitled_to_on >= entitled_from_on AND region.region_code IS NOT NULL THEN entitled_to_on <= entitled_from_on + make_interval(months => (
            SELECT dated.value::integer
            FROM ops.parameter_at('unemployment_' || benefit_kind || '_months', region.region_code, entitled_from_on) AS dated
        )) END AS term_is_within_limit,
        (%(period_end)s::date - birth_date_of_id) / 366 AS age_years
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'benefit'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
