-- What the gate's rules see of household; expectations/household.json names these columns.
-- Grain: one row per row of raw.household that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.household, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.household_id,
        line.region_code,
        line.village_code,
        line.village_name,
        line.register_year AS register_year_text,
        coalesce(line.standard, '') AS standard_code,
        coalesce(line.household_type, '') AS household_type_code,
        coalesce(line.poverty_cause, '') AS poverty_cause_code,
        coalesce(line.poverty_status, '') AS poverty_status_code,
        line.member_count AS member_count_text,
        line.head_name,
        line.phone,
        line.income_per_head_fen AS income_per_head_fen_text
    FROM raw.household_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'household'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'household'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

typed AS (
    SELECT
        named.*,
        ops.to_int_or_null(register_year_text) AS register_year,
        CASE standard_code WHEN '1' THEN 'national' WHEN '2' THEN 'province' WHEN '3' THEN 'city' END AS standard,
        CASE household_type_code
            WHEN '01' THEN 'ordinary_poor'
            WHEN '02' THEN 'minimum_living'
            WHEN '03' THEN 'five_guarantees'
            WHEN '04' THEN 'minimum_living_poor'
            WHEN '05' THEN 'low_income'
        END AS household_type,
        CASE poverty_cause_code
            WHEN '01' THEN 'illness'
            WHEN '02' THEN 'disability'
            WHEN '03' THEN 'schooling'
            WHEN '04' THEN 'disaster'
            WHEN '05' THEN 'land'
            WHEN '06' THEN 'water'
            WHEN '07' THEN 'skill'
            WHEN '08' THEN 'labour'
            WHEN '09' THEN 'money'
            WHEN '10' THEN 'transport'
            WHEN '11' THEN 'motivation'
            WHEN '99' THEN 'other'
        END AS poverty_cause,
        CASE poverty_status_code
            WHEN '0' THEN 'poor'
            WHEN '1' THEN 'lifted'
            WHEN '2' THEN 'to_be_lifted'
            WHEN '3' THEN 'returned'
        END AS poverty_status,
        ops.to_int_or_null(member_count_text) AS member_count,
        ops.yuan_to_fen(income_per_head_fen_text) AS income_per_head_fen,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
        ops.name_is_safe(village_name) AS village_name_is_safe,
        ops.name_is_safe(head_name) AS head_name_is_safe,
        (
            (length(phone) = 11 AND left(phone, 1) = '1' AND ops.is_digits(phone))
            OR (length(phone) BETWEEN 10 AND 13 AND phone ~ '^0[0-9]+-?[0-9]+$')
        ) AS phone_is_formed,
        ops.code_is_plain(household_id) AS household_id_is_plain,
        head_name !~ '[0-9０-９]' AS head_name_has_no_digits
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
        coalesce(register_year BETWEEN 2013 AND extract(year FROM %(period)s::date), false) AS register_year_is_valid,
        coalesce(member_count, -1) AS member_count_number,
        income_per_head_fen_text IS NULL OR income_per_head_fen IS NOT NULL AS income_is_readable,
        phone_is_formed OR ops.name_is_safe(regexp_replace(phone, '^\+(?=[0-9])', '')) AS phone_is_safe
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'household'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
