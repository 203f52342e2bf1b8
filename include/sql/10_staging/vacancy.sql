-- What the gate's rules see of vacancy; expectations/vacancy.json names these columns.
-- Grain: one row per row of raw.vacancy that is new or changed. Exact repeats, and rows known with the same content under the same
-- rules, are left out. Inputs: raw.vacancy, ops reference tables, staging.conflict and staging.duplicate of the delivery,
-- warehouse.dim_vacancy. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH source AS (
    SELECT
        line.*,
        line.ctid AS row_ctid,
        hash_record_extended(
            ROW(
                line.vacancy_code, line.region_code, line.credit_code, line.employer_name, line.occupation, line.skill_level,
                line.work_county_code, line.places, line.filled_places, line.monthly_wage_fen, line.season_from_on,
                line.season_to_on, line.collected_on, line.reported_on, line.published_on, line.closed_on
            ), 0
        ) AS row_hash,
        hashtextextended(line.vacancy_code, 0) AS key_hash
    FROM raw.vacancy AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'vacancy'
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
        source.vacancy_code,
        source.region_code,
        source.credit_code,
        source.employer_name,
        coalesce(source.occupation, '') AS occupation_code,
        coalesce(source.skill_level, '') AS skill_level_code,
        source.work_county_code,
        source.places AS places_text,
        source.filled_places AS filled_places_text,
        source.monthly_wage_fen AS monthly_wage_fen_text,
        source.season_from_on AS season_from_on_text,
        source.season_to_on AS season_to_on_text,
        source.collected_on AS collected_on_text,
        source.reported_on AS reported_on_text,
        source.published_on AS published_on_text,
        source.closed_on AS closed_on_text
    FROM source
    WHERE
        NOT EXISTS (
            SELECT FROM warehouse.dim_vacancy AS known
            WHERE
                known.row_hash = source.row_hash AND known.key_hash = source.key_hash
                AND known.sender_code = %(sender_code)s AND known.rule_set_digest = %(known_digest)s
                AND known.known_to = 'infinity'
                AND known.valid_from <= %(period)s::date AND known.valid_to >= %(next_period)s::date
                AND NOT EXISTS (
                    SELECT FROM staging.conflict AS contradicted
                    WHERE
                        contradicted.delivery_id = %(delivery_id)s AND contradicted.resource = 'vacancy'
                        AND contradicted.key_hash = known.key_hash
                )
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        changed.*,
        ops.uscc_bytes(credit_code) AS credit_code_bytes,
        ops.day_number(season_from_on_text) AS season_from_on_number,
        ops.day_number(season_to_on_text) AS season_to_on_number,
        ops.day_number(collected_on_text) AS collected_on_number,
        ops.day_number(reported_on_text) AS reported_on_number,
        ops.day_number(published_on_text) AS published_on_number,
        ops.day_number(closed_on_text) AS closed_on_number
    FROM changed
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
        ops.name_is_safe(employer_name) AS employer_name_is_safe
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
