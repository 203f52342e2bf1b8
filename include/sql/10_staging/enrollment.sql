-- What the gate's rules see of enrollment; expectations/enrollment.json names these columns.
-- Grain: one row per row of raw.enrollment that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.enrollment, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.fct_enrollment. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.id_number, line.name, line.region_code, line.scheme, line.uscc, line.first_enrolled_month,
                line.person_status, line.payment_status, line.started_on, line.ended_on, line.died_on
            ), 0
        ) AS row_hash,
        hashtextextended(ops.normalise_id(line.id_number) || '|' || line.scheme, 0) AS key_hash
    FROM raw.enrollment AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'enrollment'
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
        coalesce(source.scheme, '') AS scheme_code,
        source.uscc,
        source.first_enrolled_month AS first_enrolled_month_text,
        coalesce(source.person_status, '') AS person_status_code,
        coalesce(source.payment_status, '') AS payment_status_code,
        source.started_on AS started_on_text,
        source.ended_on AS ended_on_text,
        source.died_on AS died_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.fct_enrollment AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.valid_from <= %(period)s::date AND known.valid_to >= %(next_period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'enrollment'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(uscc) AS uscc_bytes,
        ops.day_number(started_on_text) AS started_on_number,
        ops.day_number(ended_on_text) AS ended_on_number,
        ops.day_number(died_on_text) AS died_on_number
    FROM changed
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
        ops.to_month_or_null(first_enrolled_month_text) AS first_enrolled_month,
        CASE person_status_code WHEN '1' THEN 'active' WHEN '2' THEN 'paused' WHEN '3' THEN 'ended' END AS person_status,
        CASE payment_status_code WHEN '1' THEN 'active' WHEN '2' THEN 'paused' WHEN '3' THEN 'ended' END AS payment_status,
        ops.date_from_number(started_on_number) AS started_on,
        ops.date_from_number(ended_on_number) AS ended_on,
        ops.date_from_number(died_on_number) AS died_on,
        id_bytes IS NOT NULL AS id_is_formed,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN uscc IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(uscc_bytes), false) END AS uscc_is_right,
        ops.name_is_safe(name) AS name_is_safe
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        ended_on_text IS NULL OR ended_on IS NOT NULL AS ended_on_is_readable,
        died_on_text IS NULL OR died_on IS NOT NULL AS died_on_is_readable,
        CASE WHEN scheme <> 'resident_pension' THEN uscc IS NOT NULL END AS employer_is_named,
        started_on <= %(period_end)s::date AS has_started,
        first_enrolled_month <= started_on AS first_month_is_before_start,
        CASE WHEN died_on <= %(period_end)s::date THEN person_status <> 'active' OR ended_on IS NOT NULL END AS is_closed_when_dead,
        clash.is_orphan IS NOT TRUE AS employer_is_delivered
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'enrollment'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
