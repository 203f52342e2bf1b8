-- What the gate's rules see of employer_unit; expectations/employer_unit.json names these columns.
-- Grain: one row per row of raw.employer_unit that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.employer_unit, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.uscc,
        line.region_code,
        line.unit_name,
        coalesce(line.industry, '') AS industry_code,
        coalesce(line.payment_status, '') AS payment_status_code,
        line.employee_count AS employee_count_text,
        line.registered_on AS registered_on_text
    FROM raw.employer_unit_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'employer_unit'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employer_unit'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.uscc_bytes(uscc) AS uscc_bytes,
        ops.day_number(registered_on_text) AS registered_on_number
    FROM named
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
