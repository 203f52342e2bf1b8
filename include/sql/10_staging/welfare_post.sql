-- What the gate's rules see of welfare_post; expectations/welfare_post.json names these columns.
-- Grain: one row per row of raw.welfare_post that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.welfare_post, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.post_code,
        line.region_code,
        line.village_code,
        coalesce(line.post_kind, '') AS post_kind_code,
        coalesce(line.fund_code, '') AS fund_code_code,
        line.approved_places AS approved_places_text,
        line.monthly_pay_fen AS monthly_pay_fen_text
    FROM raw.welfare_post_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'welfare_post'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'welfare_post'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

typed AS (
    SELECT
        named.*,
        CASE post_kind_code
            WHEN '01' THEN 'cleaning'
            WHEN '02' THEN 'forest'
            WHEN '03' THEN 'road'
            WHEN '04' THEN 'water'
            WHEN '05' THEN 'care'
            WHEN '06' THEN 'station_keeper'
            WHEN '07' THEN 'disinfection'
            WHEN '99' THEN 'other'
        END AS post_kind,
        CASE fund_code_code
            WHEN '1' THEN 'employment_subsidy'
            WHEN '2' THEN 'poverty_alleviation'
            WHEN '3' THEN 'local_aid'
            WHEN '4' THEN 'pv_revenue'
        END AS fund_code,
        ops.to_int_or_null(approved_places_text) AS approved_places,
        ops.yuan_to_fen(monthly_pay_fen_text) AS monthly_pay_fen,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
        ops.code_is_plain(post_code) AS post_code_is_plain
    FROM named
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
        coalesce(approved_places, -1) AS approved_places_number,
        monthly_pay_fen IS NOT NULL AS amounts_are_readable,
        clash.is_crowded IS NOT TRUE AS holders_are_within_places
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'crowded') AS is_crowded
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'welfare_post'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
