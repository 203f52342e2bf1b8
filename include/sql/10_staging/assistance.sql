-- What the gate's rules see of assistance; expectations/assistance.json names these columns.
-- Grain: one row per row of raw.assistance that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.assistance, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.fct_assistance. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.case_code, line.region_code, line.id_number, line.name, line.assistance_kind, line.referred_on,
                line.decided_on, line.decision, line.monthly_amount_fen, line.ends_on
            ), 0
        ) AS row_hash,
        hashtextextended(line.case_code, 0) AS key_hash
    FROM raw.assistance AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'assistance'
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
        source.case_code,
        source.region_code,
        ops.normalise_id(source.id_number) AS id_number,
        source.name,
        coalesce(source.assistance_kind, '') AS assistance_kind_code,
        source.referred_on AS referred_on_text,
        source.decided_on AS decided_on_text,
        coalesce(source.decision, '') AS decision_code,
        source.monthly_amount_fen AS monthly_amount_fen_text,
        source.ends_on AS ends_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.fct_assistance AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.period = %(period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'assistance'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(referred_on_text) AS referred_on_number,
        ops.day_number(decided_on_text) AS decided_on_number,
        ops.day_number(ends_on_text) AS ends_on_number
    FROM changed
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE assistance_kind_code WHEN '01' THEN 'minimum_living' WHEN '02' THEN 'temporary' END AS assistance_kind,
        ops.date_from_number(referred_on_number) AS referred_on,
        ops.date_from_number(decided_on_number) AS decided_on,
        CASE decision_code WHEN '0' THEN 'pending' WHEN '1' THEN 'granted' WHEN '2' THEN 'refused' END AS decision,
        ops.yuan_to_fen(monthly_amount_fen_text) AS monthly_amount_fen,
        ops.date_from_number(ends_on_number) AS ends_on,
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
        decided_on_text IS NULL OR decided_on IS NOT NULL AS decided_on_is_readable,
        ends_on_text IS NULL OR ends_on IS NOT NULL AS ends_on_is_readable,
        CASE WHEN decision = 'pending' THEN decided_on_text IS NULL WHEN decision IS NOT NULL THEN decided_on_text IS NOT NULL END
            AS date_goes_with_decision,
        CASE WHEN decision = 'granted' THEN monthly_amount_fen > 0 WHEN decision IS NOT NULL THEN monthly_amount_fen = 0 END
            AS amount_goes_with_decision,
        greatest(referred_on, decided_on) <= %(period_end)s::date AS is_not_in_future,
        clash.is_dead IS NOT TRUE AS is_granted_in_life
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'dead') AS is_dead
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'assistance'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
