-- What the gate's rules see of vacancy; expectations/vacancy.json names these columns.
-- Grain: one row per row of raw.vacancy that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.vacancy, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.vacancy_code,
        line.region_code,
        line.credit_code,
        line.employer_name,
        coalesce(line.occupation, '') AS occupation_code,
        coalesce(line.skill_level, '') AS skill_level_code,
        line.work_county_code,
        line.places AS places_text,
        line.filled_places AS filled_places_text,
        line.monthly_wage_fen AS monthly_wage_fen_text,
        line.season_from_on AS season_from_on_text,
        line.season_to_on AS season_to_on_text,
        line.collected_on AS collected_on_text,
        line.reported_on AS reported_on_text,
        line.published_on AS published_on_text,
        line.closed_on AS closed_on_text
    FROM raw.vacancy_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'vacancy'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'vacancy'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(season_from_on_text) AS season_from_on_number,
        ops.day_number(season_to_on_text) AS season_to_on_number,
        ops.day_number(collected_on_text) AS collected_on_number,
        ops.day_number(reported_on_text) AS reported_on_number,
        ops.day_number(published_on_text) AS published_on_number,
        ops.day_number(closed_on_text) AS closed_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE occupation_code
            WHEN '01' THEN 'construction'
            WHEN '02' THEN 'factory'
            WHEN '03' THEN 'catering'
            WHEN '04' THEN 'household_service'
            WHEN '05' THEN 'farming'
            WHEN '06' THEN 'driving'
            WHEN '07' THEN 'security_cleaning'
            WHEN '08' THEN 'farm_processing'
            WHEN '09' THEN 'retail'
            WHEN '99' THEN 'other'
        END AS occupation,
        CASE skill_level_code WHEN '1' THEN 'ordinary' WHEN '2' THEN 'skilled' END AS skill_level,
        ops.to_int_or_null(places_text) AS places,
        ops.to_int_or_null(filled_places_text) AS filled_places,
        ops.yuan_to_fen(monthly_wage_fen_text) AS monthly_wage_fen,
        ops.date_from_number(season_from_on_number) AS season_from_on,
        ops.date_from_number(season_to_on_number) AS season_to_on,
        ops.date_from_number(collected_on_number) AS collected_on,
        ops.date_from_number(reported_on_number) AS reported_on,
        ops.date_from_number(published_on_number) AS published_on,
        ops.date_from_number(closed_on_number) AS closed_on,
        CASE WHEN credit_code IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(credit_code_bytes), false) END AS credit_code_is_right,
        ops.name_is_safe(employer_name) AS employer_name_is_safe,
        ops.code_is_plain(vacancy_code) AS vacancy_code_is_plain
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
        county.county_code IS NOT NULL AS work_county_is_known,
        coalesce(places, -1) AS places_number,
        coalesce(filled_places, -1) AS filled_places_number,
        monthly_wage_fen_text IS NULL OR monthly_wage_fen IS NOT NULL AS monthly_wage_is_readable,
        (reported_on IS NULL OR reported_on >= collected_on)
            AND (published_on_text IS NULL OR (reported_on_text IS NOT NULL AND coalesce(published_on >= reported_on, true)))
            AND (closed_on IS NULL OR closed_on >= coalesce(published_on, reported_on, collected_on)) AS steps_are_in_order,
        greatest(collected_on, reported_on, published_on, closed_on) <= %(period_end)s::date AS nothing_is_ahead,
        CASE WHEN filled_places >= places THEN closed_on_text IS NOT NULL END AS full_is_closed,
        clash.is_offered_again IS NOT TRUE AS is_offered_once,
        season_from_on_text IS NULL OR season_from_on IS NOT NULL AS season_from_on_is_readable,
        season_to_on_text IS NULL OR season_to_on IS NOT NULL AS season_to_on_is_readable,
        reported_on_text IS NULL OR reported_on IS NOT NULL AS reported_on_is_readable,
        published_on_text IS NULL OR published_on IS NOT NULL AS published_on_is_readable,
        closed_on_text IS NULL OR closed_on IS NOT NULL AS closed_on_is_readable
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'same_offer') AS is_offered_again
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'vacancy'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    LEFT JOIN ops.county AS county ON county.county_code = typed.work_county_code
    OFFSET bigint '0'
)

SELECT * FROM final
