-- What the gate's rules see of settlement; expectations/settlement.json names these columns.
-- Grain: one row per row of raw.settlement that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.settlement, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.fct_pv_settlement_month. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.station_code, line.region_code, line.month, line.generation_kwh, line.coal_accrued_fen,
                line.coal_received_fen, line.subsidy_accrued_fen, line.subsidy_received_fen, line.received_on
            ), 0
        ) AS row_hash,
        hashtextextended(line.station_code || '|' || line.month, 0) AS key_hash
    FROM raw.settlement AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'settlement'
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
        source.station_code,
        source.region_code,
        source.month AS month_text,
        source.generation_kwh AS generation_kwh_text,
        source.coal_accrued_fen AS coal_accrued_fen_text,
        source.coal_received_fen AS coal_received_fen_text,
        source.subsidy_accrued_fen AS subsidy_accrued_fen_text,
        source.subsidy_received_fen AS subsidy_received_fen_text,
        source.received_on AS received_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.fct_pv_settlement_month AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.period = %(period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'settlement'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        ops.day_number(received_on_text) AS received_on_number
    FROM changed
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.to_month_or_null(month_text) AS month,
        ops.to_number_or_null(generation_kwh_text) AS generation_kwh,
        ops.yuan_to_fen(coal_accrued_fen_text) AS coal_accrued_fen,
        ops.yuan_to_fen(coal_received_fen_text) AS coal_received_fen,
        ops.yuan_to_fen(subsidy_accrued_fen_text) AS subsidy_accrued_fen,
        ops.yuan_to_fen(subsidy_received_fen_text) AS subsidy_received_fen,
        ops.date_from_number(received_on_number) AS received_on
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        month = %(period)s::date AS month_is_period,
        CASE WHEN month IS NOT NULL AND station.capacity_kw IS NOT NULL THEN
            generation_kwh <= station.capacity_kw * 24 * extract(day FROM month + interval '1 month' - interval '1 day') * (
                SELECT dated.value::numeric
                FROM ops.parameter AS dated
                INNER JOIN ops.region AS place ON place.region_code = dated.region_code
                WHERE
                    dated.name = 'pv_generation_limit_factor' AND dated.valid_from <= %(period)s::date
                    AND (place.region_code IN (region.region_code, region.parent_code) OR place.level = 'region')
                ORDER BY array_position(ARRAY['banner', 'league', 'region'], place.level), dated.valid_from DESC
                LIMIT 1
            )
        END AS generation_is_possible,
        coal_accrued_fen IS NOT NULL AND coal_received_fen IS NOT NULL AND subsidy_accrued_fen IS NOT NULL
            AND subsidy_received_fen IS NOT NULL AS amounts_are_readable,
        least(coal_accrued_fen, coal_received_fen, subsidy_accrued_fen, subsidy_received_fen) AS least_amount_fen,
        coalesce(generation_kwh, -1) AS generation_number,
        received_on_text IS NULL OR received_on IS NOT NULL AS received_on_is_readable,
        CASE WHEN coal_received_fen > 0 OR subsidy_received_fen > 0 THEN received_on_text IS NOT NULL END AS received_has_date,
        CASE WHEN generation_kwh > 0 THEN abs(coal_accrued_fen + subsidy_accrued_fen - generation_kwh * station.tariff_fen_per_kwh)
            <= 0.05 * generation_kwh * station.tariff_fen_per_kwh END AS accrued_is_that_of_tariff,
        CASE WHEN typed.station_code IS NOT NULL THEN station.station_code IS NOT NULL END AS station_is_delivered
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'settlement'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    LEFT JOIN (
        SELECT
            station_code,
            max(ops.to_number_or_null(capacity_kw)) AS capacity_kw,
            max(ops.yuan_to_fen(tariff_fen_per_kwh)) AS tariff_fen_per_kwh
        FROM raw.station
        WHERE delivery_id = %(delivery_id)s
        GROUP BY station_code
    ) AS station ON station.station_code = typed.station_code
    OFFSET bigint '0'
)

SELECT * FROM final
