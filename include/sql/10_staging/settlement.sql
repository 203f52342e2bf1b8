-- What the gate's rules see of settlement; expectations/settlement.json names these columns.
-- Grain: one row per row of raw.settlement that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.settlement, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.station_code,
        line.region_code,
        line.month AS month_text,
        line.generation_kwh AS generation_kwh_text,
        line.coal_accrued_fen AS coal_accrued_fen_text,
        line.coal_received_fen AS coal_received_fen_text,
        line.subsidy_accrued_fen AS subsidy_accrued_fen_text,
        line.subsidy_received_fen AS subsidy_received_fen_text,
        line.received_on AS received_on_text
    FROM raw.settlement_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'settlement'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'settlement'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.day_number(received_on_text) AS received_on_number
    FROM named
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
        CASE WHEN typed.station_code IS NOT NULL THEN station.station_code IS NOT NULL END AS station_is_delivered,
        greatest(coal_accrued_fen, subsidy_accrued_fen) AS greatest_accrued_fen,
        received_on <= %(period_end)s::date + interval '1 month' AS received_on_has_come
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
