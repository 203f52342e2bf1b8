-- What the gate's rules see of workshop; expectations/workshop.json names these columns.
-- Grain: one row per row of raw.workshop that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.workshop, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.workshop_code,
        line.workshop_name,
        line.credit_code,
        line.region_code,
        line.village_code,
        line.recognised_on AS recognised_on_text,
        line.closed_on AS closed_on_text,
        coalesce(line.is_operating, '') AS is_operating_code
    FROM raw.workshop_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'workshop'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'workshop'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(recognised_on_text) AS recognised_on_number,
        ops.day_number(closed_on_text) AS closed_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(recognised_on_number) AS recognised_on,
        ops.date_from_number(closed_on_number) AS closed_on,
        CASE is_operating_code WHEN '0' THEN false WHEN '1' THEN true END AS is_operating,
        CASE WHEN credit_code IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(credit_code_bytes), false) END AS credit_code_is_right,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
        ops.name_is_safe(workshop_name) AS workshop_name_is_safe,
        ops.code_is_plain(workshop_code) AS workshop_code_is_plain
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
        CASE WHEN village_code_is_formed AND region.region_code IS NOT NULL THEN left(village_code, 6) = typed.region_code END AS village_is_in_region,
        recognised_on <= %(period_end)s::date AS is_recognised_by_period_end,
        closed_on_text IS NULL OR closed_on IS NOT NULL AS closed_on_is_readable,
        closed_on <= %(period_end)s::date AS is_closed_by_period_end,
        CASE WHEN closed_on <= %(period_end)s::date THEN NOT is_operating END AS closed_does_not_operate,
        recognised_on >= '2015-01-01' AS is_recognised_plausibly
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'workshop'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
