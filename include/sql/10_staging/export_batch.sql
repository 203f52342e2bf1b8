-- What the gate's rules see of export_batch; expectations/export_batch.json names these columns.
-- Grain: one row per row of raw.export_batch that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.export_batch, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.batch_code,
        line.region_code,
        line.intermediary_code,
        line.destination_county_code,
        line.departed_on AS departed_on_text,
        line.verified_on AS verified_on_text,
        line.persons_declared AS persons_declared_text
    FROM raw.export_batch_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'export_batch'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'export_batch'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.day_number(departed_on_text) AS departed_on_number,
        ops.day_number(verified_on_text) AS verified_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(departed_on_number) AS departed_on,
        ops.date_from_number(verified_on_number) AS verified_on,
        ops.to_int_or_null(persons_declared_text) AS persons_declared,
        ops.code_is_plain(batch_code) AS batch_code_is_plain
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
        clash.is_orphan IS NOT TRUE AS intermediary_is_delivered,
        county.county_code IS NOT NULL AS destination_is_known,
        CASE WHEN county.county_code IS NOT NULL THEN destination_county_code <> typed.region_code END AS destination_is_elsewhere,
        departed_on <= %(period_end)s::date AS has_departed,
        verified_on <= %(period_end)s::date AS is_verified_by_period_end,
        coalesce(persons_declared, -1) AS persons_declared_number,
        clash.is_roster_different IS NOT TRUE AS roster_is_complete,
        verified_on_text IS NULL OR verified_on IS NOT NULL AS verified_on_is_readable
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan,
            bool_or(kind = 'roster_differs') AS is_roster_different
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'export_batch'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    LEFT JOIN ops.county AS county ON county.county_code = typed.destination_county_code
    OFFSET bigint '0'
)

SELECT * FROM final
