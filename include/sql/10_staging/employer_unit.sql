-- What the gate's rules see of employer_unit; expectations/employer_unit.json names these columns.
-- Grain: one row per row of raw.employer_unit that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.employer_unit, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.dim_employer. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.uscc, line.region_code, line.unit_name, line.industry, line.payment_status, line.employee_count,
                line.registered_on
            ), 0
        ) AS row_hash,
        hashtextextended(line.uscc, 0) AS key_hash
    FROM raw.employer_unit AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employer_unit'
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
        source.uscc,
        source.region_code,
        source.unit_name,
        coalesce(source.industry, '') AS industry_code,
        coalesce(source.payment_status, '') AS payment_status_code,
        source.employee_count AS employee_count_text,
        source.registered_on AS registered_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.dim_employer AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.valid_from <= %(period)s::date AND known.valid_to >= %(next_period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'employer_unit'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        ops.uscc_bytes(uscc) AS uscc_bytes,
        ops.day_number(registered_on_text) AS registered_on_number
    FROM changed
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE industry_code
            WHEN 'A' THEN 'agriculture'
            WHEN 'B' THEN 'mining'
            WHEN 'C' THEN 'manufacturing'
            WHEN 'D' THEN 'utilities'
            WHEN 'E' THEN 'construction'
            WHEN 'F' THEN 'trade'
            WHEN 'G' THEN 'transport'
            WHEN 'H' THEN 'catering'
            WHEN 'I' THEN 'information'
            WHEN 'K' THEN 'real_estate'
            WHEN 'N' THEN 'public_facilities'
            WHEN 'O' THEN 'services'
            WHEN 'P' THEN 'education'
            WHEN 'Q' THEN 'health'
            WHEN 'S' THEN 'administration'
        END AS industry,
        CASE payment_status_code WHEN '1' THEN 'active' WHEN '2' THEN 'paused' WHEN '3' THEN 'ended' END AS payment_status,
        ops.to_int_or_null(employee_count_text) AS employee_count,
        ops.date_from_number(registered_on_number) AS registered_on,
        CASE WHEN uscc IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(uscc_bytes), false) END AS uscc_is_right,
        ops.name_is_safe(unit_name) AS unit_name_is_safe
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        coalesce(employee_count, -1) AS employee_count_number,
        registered_on <= %(period_end)s::date AS is_registered_by_period_end,
        CASE WHEN payment_status = 'ended' THEN employee_count = 0 END AS no_staff_when_ended
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'employer_unit'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
