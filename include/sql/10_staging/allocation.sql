-- What the gate's rules see of allocation; expectations/allocation.json names these columns.
-- Grain: one row per row of raw.allocation that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.allocation, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.village_code,
        line.region_code,
        line.month AS month_text,
        line.carried_in_fen AS carried_in_fen_text,
        line.revenue_fen AS revenue_fen_text,
        line.post_wages_fen AS post_wages_fen_text,
        line.public_works_fen AS public_works_fen_text,
        line.land_rent_fen AS land_rent_fen_text,
        line.operation_fen AS operation_fen_text,
        line.other_fen AS other_fen_text,
        line.carried_over_fen AS carried_over_fen_text
    FROM raw.allocation_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'allocation'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'allocation'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

typed AS (
    SELECT
        named.*,
        ops.to_month_or_null(month_text) AS month,
        ops.yuan_to_fen(carried_in_fen_text) AS carried_in_fen,
        ops.yuan_to_fen(revenue_fen_text) AS revenue_fen,
        ops.yuan_to_fen(post_wages_fen_text) AS post_wages_fen,
        ops.yuan_to_fen(public_works_fen_text) AS public_works_fen,
        ops.yuan_to_fen(land_rent_fen_text) AS land_rent_fen,
        ops.yuan_to_fen(operation_fen_text) AS operation_fen,
        ops.yuan_to_fen(other_fen_text) AS other_fen,
        ops.yuan_to_fen(carried_over_fen_text) AS carried_over_fen,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed
    FROM named
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        CASE WHEN village_code_is_formed AND region.region_code IS NOT NULL THEN left(village_code, 6) = typed.region_code END AS village_is_in_region,
        month = %(period)s::date AS month_is_period,
        carried_in_fen IS NOT NULL AND revenue_fen IS NOT NULL AND post_wages_fen IS NOT NULL AND public_works_fen IS NOT NULL
            AND land_rent_fen IS NOT NULL AND operation_fen IS NOT NULL AND other_fen IS NOT NULL AND carried_over_fen IS NOT NULL
            AS amounts_are_readable,
        least(
            carried_in_fen, revenue_fen, post_wages_fen, public_works_fen, land_rent_fen, operation_fen, other_fen, carried_over_fen
        ) AS least_amount_fen,
        carried_in_fen + revenue_fen = post_wages_fen + public_works_fen + land_rent_fen + operation_fen + other_fen + carried_over_fen
            AS is_balanced,
        CASE WHEN revenue_fen > 0 THEN
            post_wages_fen * 100 >= (
                SELECT dated.value::numeric
                FROM ops.parameter AS dated
                INNER JOIN ops.region AS place ON place.region_code = dated.region_code
                WHERE
                    dated.name = 'pv_share_minimum_percent' AND dated.valid_from <= %(period)s::date
                    AND (place.region_code IN (region.region_code, region.parent_code) OR place.level = 'region')
                ORDER BY array_position(ARRAY['banner', 'league', 'region'], place.level), dated.valid_from DESC
                LIMIT 1
            ) * CASE (
                SELECT dated.value
                FROM ops.parameter AS dated
                INNER JOIN ops.region AS place ON place.region_code = dated.region_code
                WHERE
                    dated.name = 'pv_share_basis' AND dated.valid_from <= %(period)s::date
                    AND (place.region_code IN (region.region_code, region.parent_code) OR place.level = 'region')
                ORDER BY array_position(ARRAY['banner', 'league', 'region'], place.level), dated.valid_from DESC
                LIMIT 1
            )
                WHEN 'net' THEN revenue_fen - land_rent_fen - operation_fen
                ELSE revenue_fen
            END
        END AS wages_reach_share,
        post_wages_fen + public_works_fen + land_rent_fen + operation_fen + other_fen <= carried_in_fen + revenue_fen AS uses_are_within_means,
        clash.is_orphan IS NOT TRUE AS village_has_station
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'allocation'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
