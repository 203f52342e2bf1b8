-- What the gate's rules see of allocation: expectations/allocation.json names these columns.
-- Grain: one row per row of raw.allocation that is new or changed; exact repeats and rows known unchanged under the same rules left out.
-- Inputs: raw.allocation, ops reference tables, staging.conflict and staging.duplicate of the delivery, warehouse.fct_pv_allocation_month. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply; the steps are fenced (OFFSET; a bigint literal, or the plan would not be parallel) so that each is computed once per row.
WITH source AS (
    SELECT
        stream,
        ctid AS row_ctid,
        hash_record_extended(
            ROW(
                village_code, region_code, month, carried_in_fen, revenue_fen, post_wages_fen, public_works_fen, land_rent_fen,
                operation_fen, other_fen, carried_over_fen
            ), 0
        ) AS row_hash,
        village_code,
        region_code,
        month AS month_text,
        carried_in_fen AS carried_in_fen_text,
        revenue_fen AS revenue_fen_text,
        post_wages_fen AS post_wages_fen_text,
        public_works_fen AS public_works_fen_text,
        land_rent_fen AS land_rent_fen_text,
        operation_fen AS operation_fen_text,
        other_fen AS other_fen_text,
        carried_over_fen AS carried_over_fen_text
    FROM raw.allocation
    WHERE delivery_id = %(delivery_id)s
    OFFSET bigint '0'
),

keyed AS (
    SELECT
        source.*,
        hashtextextended(village_code || '|' || month_text, 0) AS key_hash
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
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'allocation'
                AND repeat.stream = keyed.stream AND repeat.row_ctid = keyed.row_ctid
        )
        AND NOT EXISTS (
            SELECT FROM warehouse.fct_pv_allocation_month AS known
            WHERE
                known.row_hash = keyed.row_hash AND known.key_hash = keyed.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.period = %(period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'allocation'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

typed AS (
    SELECT
        changed.*,
        ops.to_month_or_null(month_text) AS month,
        ops.yuan_to_fen(carried_in_fen_text) AS carried_in_fen,
        ops.yuan_to_fen(revenue_fen_text) AS revenue_fen,
        ops.yuan_to_fen(post_wages_fen_text) AS post_wages_fen,
        ops.yuan_to_fen(public_works_fen_text) AS public_works_fen,
        ops.yuan_to_fen(land_rent_fen_text) AS land_rent_fen,
        ops.yuan_to_fen(operation_fen_text) AS operation_fen,
        ops.yuan_to_fen(other_fen_text) AS other_fen,
        ops.yuan_to_fen(carried_over_fen_text) AS carried_over_fen,
        coalesce(length(village_code) = 12 AND translate(village_code, '0123456789', '') = '', false) AS village_code_is_formed
    FROM changed
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        repeated.key_hash IS NULL AS key_is_unique,
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
        CASE WHEN revenue_fen > 0 THEN post_wages_fen * 100 >= share.minimum_percent * CASE share.basis
            WHEN 'net' THEN revenue_fen - land_rent_fen - operation_fen ELSE revenue_fen END
        END AS wages_reach_share,
        post_wages_fen + public_works_fen + land_rent_fen + operation_fen + other_fen <= carried_in_fen + revenue_fen AS uses_are_within_means,
        orphan.key_hash IS NULL AS village_has_station
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN staging.conflict AS repeated
        ON repeated.delivery_id = %(delivery_id)s AND repeated.resource = 'allocation' AND repeated.kind = 'repeated_key'
        AND repeated.key_hash = typed.key_hash
    LEFT JOIN staging.conflict AS orphan
        ON orphan.delivery_id = %(delivery_id)s AND orphan.resource = 'allocation' AND orphan.kind = 'orphan'
        AND orphan.key_hash = typed.key_hash
    CROSS JOIN (
        SELECT
            (
                SELECT minimum.value::numeric
                FROM ops.parameter AS minimum
                WHERE minimum.name = 'pv_share_minimum_percent' AND minimum.valid_from <= %(period)s::date
                ORDER BY minimum.region_code = %(sender_code)s DESC, minimum.valid_from DESC
                LIMIT 1
            ) AS minimum_percent,
            (
                SELECT basis.value
                FROM ops.parameter AS basis
                WHERE basis.name = 'pv_share_basis' AND basis.valid_from <= %(period)s::date
                ORDER BY basis.region_code = %(sender_code)s DESC, basis.valid_from DESC
                LIMIT 1
            ) AS basis
    ) AS share
    OFFSET bigint '0'
)

SELECT * FROM final
