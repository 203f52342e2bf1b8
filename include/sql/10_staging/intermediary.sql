-- What the gate's rules see of intermediary; expectations/intermediary.json names these columns.
-- Grain: one row per row of raw.intermediary that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.intermediary, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.intermediary_code,
        line.region_code,
        line.name,
        coalesce(line.kind, '') AS kind_code,
        line.licensed_on AS licensed_on_text
    FROM raw.intermediary_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'intermediary'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'intermediary'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.day_number(licensed_on_text) AS licensed_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE kind_code WHEN '1' THEN 'public_agency' WHEN '2' THEN 'hr_agency' WHEN '3' THEN 'broker' END AS kind,
        ops.date_from_number(licensed_on_number) AS licensed_on,
        ops.name_is_safe(name) AS name_is_safe,
        ops.code_is_plain(intermediary_code) AS intermediary_code_is_plain
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
        CASE WHEN kind = 'hr_agency' THEN licensed_on_text IS NOT NULL END AS agency_is_licensed,
        licensed_on <= %(period_end)s::date AS is_licensed_by_period_end,
        licensed_on_text IS NULL OR licensed_on IS NOT NULL AS licensed_on_is_readable
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'intermediary'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
