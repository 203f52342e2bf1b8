-- What the gate's rules see of station; expectations/station.json names these columns.
-- Grain: one row per row of raw.station that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.station, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.station_code,
        line.village_code,
        line.region_code,
        line.village_name,
        line.station_name,
        coalesce(line.station_type, '') AS station_type_code,
        line.capacity_kw AS capacity_kw_text,
        line.share_percent AS share_percent_text,
        line.tariff_fen_per_kwh AS tariff_fen_per_kwh_text,
        line.grid_connected_on AS grid_connected_on_text
    FROM raw.station_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'station'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'station'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.day_number(grid_connected_on_text) AS grid_connected_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE station_type_code WHEN '1' THEN 'village' WHEN '2' THEN 'joint' END AS station_type,
        ops.to_number_or_null(capacity_kw_text) AS capacity_kw,
        ops.to_number_or_null(share_percent_text) AS share_percent,
        ops.yuan_to_fen(tariff_fen_per_kwh_text) AS tariff_fen_per_kwh,
        ops.date_from_number(grid_connected_on_number) AS grid_connected_on,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
        ops.name_is_safe(station_name) AS station_name_is_safe,
        ops.name_is_safe(village_name) AS village_name_is_safe,
        ops.code_is_plain(station_code) AS station_code_is_plain
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        CASE WHEN village_code_is_formed AND region.region_code IS NOT NULL THEN left(village_code, 6) = typed.region_code END AS village_is_in_region,
        coalesce(share_percent, -1) AS share_percent_number,
        coalesce(tariff_fen_per_kwh, -1) AS tariff_number,
        grid_connected_on <= %(period_end)s::date AS is_connected_by_period_end,
        CASE WHEN station_type = 'village' THEN share_percent = 100 END AS village_station_has_one_village,
        clash.is_uneven IS NOT TRUE AS shares_make_100
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'shares') AS is_uneven
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'station'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
