-- What the gate's rules see of assistance; expectations/assistance.json names these columns.
-- Grain: one row per row of raw.assistance that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.assistance, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.case_code,
        line.region_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.name,
        coalesce(line.assistance_kind, '') AS assistance_kind_code,
        line.referred_on AS referred_on_text,
        line.decided_on AS decided_on_text,
        coalesce(line.decision, '') AS decision_code,
        line.monthly_amount_fen AS monthly_amount_fen_text,
        line.ends_on AS ends_on_text
    FROM raw.assistance_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'assistance'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'assistance'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(referred_on_text) AS referred_on_number,
        ops.day_number(decided_on_text) AS decided_on_number,
        ops.day_number(ends_on_text) AS ends_on_number
    FROM named
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
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        ops.name_is_safe(name) AS name_is_safe,
        ops.code_is_plain(case_code) AS case_code_is_plain
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
