-- What the gate's rules see of employment; expectations/employment.json names these columns.
-- Grain: one row per row of raw.employment that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.employment, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.spell_id,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.region_code,
        line.started_on AS started_on_text,
        line.ended_on AS ended_on_text,
        coalesce(line.work_place_class, '') AS work_place_class_code,
        line.work_region_code,
        line.employer_name,
        line.employer_uscc,
        coalesce(line.industry, '') AS industry_code,
        coalesce(line.channel, '') AS channel_code,
        coalesce(line.is_organised, '') AS is_organised_code,
        line.contract_signed_on AS contract_signed_on_text,
        line.monthly_wage_fen AS monthly_wage_fen_text,
        coalesce(line.verification, '') AS verification_code,
        line.verified_on AS verified_on_text
    FROM raw.employment_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'employment'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employment'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.uscc_bytes(employer_uscc) AS employer_uscc_bytes,
        ops.day_number(started_on_text) AS started_on_number,
        ops.day_number(ended_on_text) AS ended_on_number,
        ops.day_number(contract_signed_on_text) AS contract_signed_on_number,
        ops.day_number(verified_on_text) AS verified_on_number
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        ops.date_from_number(started_on_number) AS started_on,
        ops.date_from_number(ended_on_number) AS ended_on,
        CASE work_place_class_code
            WHEN '01' THEN 'within_township'
            WHEN '02' THEN 'within_county'
            WHEN '03' THEN 'within_province'
            WHEN '04' THEN 'other_province'
            WHEN '99' THEN 'other'
        END AS work_place_class,
        CASE industry_code
            WHEN 'A' THEN 'agriculture'
            WHEN 'B' THEN 'mining'
            WHEN 'C' THEN 'manufacturing'
            WHEN 'D' THEN 'utilities'
            WHEN 'E' THEN 'construction'
            WHEN 'F' THEN 'trade'
            WHEN 'G' THEN 'transport'
            WHEN 'H' THEN 'catering'
            WHEN 'I' THEN 'information'
            WHEN 'K' THEN 'real_estate'
            WHEN 'N' THEN 'public_facilities'
            WHEN 'O' THEN 'services'
            WHEN 'P' THEN 'education'
            WHEN 'Q' THEN 'health'
            WHEN 'S' THEN 'administration'
        END AS industry,
        CASE channel_code
            WHEN '01' THEN 'self_found'
            WHEN '02' THEN 'organised'
            WHEN '03' THEN 'jingmeng'
            WHEN '04' THEN 'farming'
            WHEN '05' THEN 'project'
            WHEN '06' THEN 'leading_enterprise'
            WHEN '07' THEN 'workshop'
            WHEN '08' THEN 'welfare_post'
            WHEN '09' THEN 'self_employed'
            WHEN '10' THEN 'seasonal'
            WHEN '99' THEN 'other'
        END AS channel,
        CASE is_organised_code WHEN '0' THEN false WHEN '1' THEN true END AS is_organised,
        ops.date_from_number(contract_signed_on_number) AS contract_signed_on,
        ops.yuan_to_fen(monthly_wage_fen_text) AS monthly_wage_fen,
        CASE verification_code
            WHEN '1' THEN 'self_report'
            WHEN '2' THEN 'call_back'
            WHEN '3' THEN 'employer'
        END AS verification,
        ops.date_from_number(verified_on_number) AS verified_on,
        id_bytes IS NOT NULL AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN employer_uscc IS NOT NULL THEN coalesce(ops.uscc_bytes_ok(employer_uscc_bytes), false) END AS employer_uscc_is_right,
        ops.name_is_safe(employer_name) AS employer_name_is_safe,
        ops.code_is_plain(spell_id) AS spell_id_is_plain
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        started_on <= %(period_end)s::date AS has_started,
        ended_on_text IS NULL OR ended_on IS NOT NULL AS ended_on_is_readable,
        contract_signed_on_text IS NULL OR contract_signed_on IS NOT NULL AS contract_signed_on_is_readable,
        verified_on_text IS NULL OR verified_on IS NOT NULL AS verified_on_is_readable,
        monthly_wage_fen_text IS NULL OR monthly_wage_fen IS NOT NULL AS monthly_wage_is_readable,
        county.county_code IS NOT NULL AS work_region_is_known,
        CASE
            WHEN county.county_code IS NULL OR region.region_code IS NULL THEN NULL
            WHEN work_place_class IN ('within_township', 'within_county') THEN work_region_code = typed.region_code
            WHEN work_place_class = 'within_province' THEN left(work_region_code, 2) = left(typed.region_code, 2)
                AND work_region_code <> typed.region_code
            WHEN work_place_class = 'other_province' THEN left(work_region_code, 2) <> left(typed.region_code, 2)
        END AS place_is_that_of_region,
        CASE WHEN work_place_class IN ('within_province', 'other_province') THEN employer_name IS NOT NULL END AS employer_is_named,
        clash.is_overlapping IS NOT TRUE AS is_free_of_overlap,
        clash.is_orphan IS NOT TRUE AS person_is_delivered,
        contract_signed_on <= %(period_end)s::date + interval '1 month' AS contract_signed_on_has_come,
        verified_on <= %(period_end)s::date + interval '1 month' AS verified_on_has_come
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'overlap') AS is_overlapping,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'employment'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    LEFT JOIN ops.county AS county ON county.county_code = typed.work_region_code
    OFFSET bigint '0'
)

SELECT * FROM final
