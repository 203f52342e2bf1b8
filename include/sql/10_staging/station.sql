-- What the gate's rules see of station: expectations/station.json names these columns.
-- Grain: one row per row of raw.station that is new or changed; exact repeats and rows known unchanged under the same rules left out.
-- Inputs: raw.station, ops reference tables, staging.conflict and staging.duplicate of the delivery, warehouse.dim_pv_station. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply; the steps are fenced (OFFSET; a bigint literal, or the plan would not be parallel) so that each is computed once per row.
WITH source AS (
    SELECT
        stream,
        ctid AS row_ctid,
        hash_record_extended(
            ROW(
                station_code, village_code, region_code, village_name, station_name, station_type, capacity_kw, share_percent,
                tariff_fen_per_kwh, grid_connected_on
            ), 0
        ) AS row_hash,
        station_code,
        village_code,
        region_code,
        village_name,
        station_name,
        coalesce(station_type, '') AS station_type_code,
        capacity_kw AS capacity_kw_text,
        share_percent AS share_percent_text,
        tariff_fen_per_kwh AS tariff_fen_per_kwh_text,
        grid_connected_on AS grid_connected_on_text
    FROM raw.station
    WHERE delivery_id = %(delivery_id)s
    OFFSET bigint '0'
),

keyed AS (
    SELECT
        source.*,
        hashtextextended(station_code || '|' || village_code, 0) AS key_hash
    FROM source
    OFFSET bigint '0'
),

changed AS (
    SELECT keyed.*
    FROM keyed
    WHERE
        NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'station'
                AND repeat.stream = keyed.stream AND repeat.row_ctid = keyed.row_ctid
        )
        AND NOT EXISTS (
            SELECT FROM warehouse.dim_pv_station AS known
            WHERE
                known.row_hash = keyed.row_hash AND known.key_hash = keyed.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.valid_from <= %(period)s::date AND known.valid_to >= %(next_period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'station'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        ops.day_number(grid_connected_on_text) AS grid_connected_on_number
    FROM changed
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
        coalesce(length(village_code) = 12 AND translate(village_code, '0123456789', '') = '', false) AS village_code_is_formed,
        ops.name_is_safe(station_name) AS station_name_is_safe,
        ops.name_is_safe(village_name) AS village_name_is_safe
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        repeated.key_hash IS NULL AS key_is_unique,
        CASE WHEN village_code_is_formed AND region.region_code IS NOT NULL THEN left(village_code, 6) = typed.region_code END AS village_is_in_region,
        coalesce(share_percent, -1) AS share_percent_number,
        coalesce(tariff_fen_per_kwh, -1) AS tariff_number,
        grid_connected_on <= %(period_end)s::date AS is_connected_by_period_end,
        CASE WHEN station_type = 'village' THEN share_percent = 100 END AS village_station_has_one_village,
        shares.key_hash IS NULL AS shares_make_100
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN staging.conflict AS repeated
        ON repeated.delivery_id = %(delivery_id)s AND repeated.resource = 'station' AND repeated.kind = 'repeated_key'
        AND repeated.key_hash = typed.key_hash
    LEFT JOIN staging.conflict AS shares
        ON shares.delivery_id = %(delivery_id)s AND shares.resource = 'station' AND shares.kind = 'shares'
        AND shares.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
