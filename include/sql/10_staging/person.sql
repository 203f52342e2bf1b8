-- What the gate's rules see of person; expectations/person.json names these columns.
-- Grain: one row per row of raw.person that is new or changed (staging.changed; all of them where nothing known is like it); exact repeats are left out.
-- Inputs: raw.person, ops reference tables, staging.changed, staging.conflict and staging.duplicate of the delivery. Rerun: reads only.
-- NULL in a helper column says that its rule does not apply. Each step is fenced, so that a value is computed once per row; the fence
-- is a bigint literal, because any other OFFSET would keep the plan from running in parallel.
WITH named AS (
    SELECT
        line.stream,
        line.row_ctid,
        line.row_hash,
        line.key_hash,
        line.person_id,
        line.household_id,
        line.region_code,
        line.village_code,
        line.name,
        coalesce(line.sex, '') AS sex_code,
        ops.normalise_id(line.id_number) AS id_number,
        line.id_number AS id_text,
        line.birth_date AS birth_date_text,
        coalesce(line.relation, '') AS relation_code,
        coalesce(line.ethnicity, '') AS ethnicity_code,
        coalesce(line.education, '') AS education_code,
        coalesce(line.student_status, '') AS student_status_code,
        coalesce(line.health, '') AS health_code,
        coalesce(line.labour_ability, '') AS labour_ability_code,
        line.work_place_class AS work_place_class_code,
        line.months_worked AS months_worked_text,
        coalesce(line.life_status, '') AS life_status_code,
        coalesce(line.has_employee_pension, '') AS has_employee_pension_code,
        coalesce(line.has_resident_pension, '') AS has_resident_pension_code,
        coalesce(line.has_illness_insurance, '') AS has_illness_insurance_code,
        coalesce(line.has_minimum_living, '') AS has_minimum_living_code,
        line.phone,
        coalesce(line.willing_to_go, '') AS willing_to_go_code,
        line.change_type AS change_type_code
    FROM raw.person_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s
        AND (
            %(judge_all)s
            OR (line.stream, line.row_ctid) IN (
                SELECT
                    changed.stream,
                    changed.row_ctid
                FROM staging.changed
                WHERE changed.delivery_id = %(delivery_id)s AND changed.resource = 'person'
            )
        )
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'person'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
        )
    OFFSET bigint '0'
),

numbered AS (
    SELECT
        named.*,
        CASE WHEN ops.id_form_ok(id_number) THEN decode(id_number, 'escape') END AS id_bytes,
        ops.day_number(birth_date_text) AS birth_date_number,
        -- Nearly all are, and are asked together.
        coalesce((person_id || household_id) !~ '[^0-9A-Za-z]', false) AS codes_are_plain
    FROM named
    OFFSET bigint '0'
),

typed AS (
    SELECT
        numbered.*,
        CASE sex_code WHEN '1' THEN 'male' WHEN '2' THEN 'female' END AS sex,
        ops.date_from_number(birth_date_number) AS birth_date,
        CASE relation_code
            WHEN '01' THEN 'head'
            WHEN '02' THEN 'spouse'
            WHEN '03' THEN 'child'
            WHEN '04' THEN 'child_in_law'
            WHEN '05' THEN 'grandchild'
            WHEN '06' THEN 'parent'
            WHEN '07' THEN 'sibling'
            WHEN '99' THEN 'other'
        END AS relation,
        CASE ethnicity_code
            WHEN '01' THEN 'han'
            WHEN '02' THEN 'mongol'
            WHEN '03' THEN 'hui'
            WHEN '10' THEN 'korean'
            WHEN '11' THEN 'manchu'
            WHEN '31' THEN 'daur'
            WHEN '45' THEN 'ewenki'
            WHEN '51' THEN 'oroqen'
        END AS ethnicity,
        CASE education_code
            WHEN '01' THEN 'illiterate'
            WHEN '02' THEN 'primary'
            WHEN '03' THEN 'junior_middle'
            WHEN '04' THEN 'senior_middle'
            WHEN '05' THEN 'college'
            WHEN '06' THEN 'preschool'
        END AS education,
        CASE student_status_code
            WHEN '00' THEN 'not_student'
            WHEN '01' THEN 'compulsory'
            WHEN '02' THEN 'senior'
            WHEN '03' THEN 'higher'
        END AS student_status,
        CASE health_code
            WHEN '01' THEN 'healthy'
            WHEN '02' THEN 'chronic'
            WHEN '03' THEN 'serious'
            WHEN '04' THEN 'disabled'
        END AS health,
        CASE labour_ability_code
            WHEN '01' THEN 'ordinary'
            WHEN '02' THEN 'skilled'
            WHEN '03' THEN 'lost'
            WHEN '04' THEN 'none'
        END AS labour_ability,
        CASE work_place_class_code
            WHEN '01' THEN 'within_township'
            WHEN '02' THEN 'within_county'
            WHEN '03' THEN 'within_province'
            WHEN '04' THEN 'other_province'
            WHEN '99' THEN 'other'
        END AS work_place_class,
        ops.to_int_or_null(months_worked_text) AS months_worked,
        CASE life_status_code WHEN '1' THEN 'alive' WHEN '2' THEN 'dead' WHEN '3' THEN 'missing' END AS life_status,
        CASE has_employee_pension_code WHEN '0' THEN false WHEN '1' THEN true END AS has_employee_pension,
        CASE has_resident_pension_code WHEN '0' THEN false WHEN '1' THEN true END AS has_resident_pension,
        CASE has_illness_insurance_code WHEN '0' THEN false WHEN '1' THEN true END AS has_illness_insurance,
        CASE has_minimum_living_code WHEN '0' THEN false WHEN '1' THEN true END AS has_minimum_living,
        CASE willing_to_go_code
            WHEN '1' THEN 'willing'
            WHEN '2' THEN 'unwilling'
            WHEN '3' THEN 'unable'
            WHEN '9' THEN 'unknown'
        END AS willing_to_go,
        CASE change_type_code
            WHEN '01' THEN 'died'
            WHEN '02' THEN 'married_out'
            WHEN '03' THEN 'abroad'
            WHEN '04' THEN 'imprisoned'
            WHEN '05' THEN 'married_in'
            WHEN '06' THEN 'born'
            WHEN '07' THEN 'moved_in'
            WHEN '08' THEN 'moved_out'
        END AS change_type,
        CASE WHEN id_number IS NOT NULL THEN id_bytes IS NOT NULL END AS id_is_formed,
        id_text = id_number AS id_is_as_written,
        ops.id_check_character(id_bytes) = right(id_number, 1) AS id_check_digit_is_right,
        CASE WHEN id_bytes IS NOT NULL AND birth_date_number IS NOT NULL THEN birth_date_text = substr(id_number, 7, 8) END
            AS birth_date_is_that_of_id,
        CASE WHEN sex_code IN ('1', '2') THEN mod(get_byte(id_bytes, 16), 2) = mod(ascii(sex_code), 2) END AS sex_is_that_of_id,
        coalesce(length(village_code) = 12 AND ops.is_digits(village_code), false) AS village_code_is_formed,
        ops.name_is_safe(name) AS name_is_safe,
        (
            (length(phone) = 11 AND left(phone, 1) = '1' AND ops.is_digits(phone))
            OR (length(phone) BETWEEN 10 AND 13 AND phone ~ '^0[0-9]+-?[0-9]+$')
        ) AS phone_is_formed,
        codes_are_plain OR ops.code_is_plain(person_id) AS person_id_is_plain,
        codes_are_plain OR ops.code_is_plain(household_id) AS household_id_is_plain
    FROM numbered
    OFFSET bigint '0'
),

final AS (
    SELECT
        typed.*,
        region.region_code IS NOT NULL AS region_is_known,
        CASE WHEN region.region_code IS NOT NULL THEN %(sender_code)s IN (region.sender_code, region.region_code) END AS sender_is_responsible,
        clash.is_repeated IS NOT TRUE AS key_is_unique,
        CASE WHEN region.region_code IS NOT NULL THEN village_code_is_formed AND left(village_code, 6) = typed.region_code END AS village_is_in_region,
        has_employee_pension IS NOT NULL AND has_resident_pension IS NOT NULL AND has_illness_insurance IS NOT NULL
            AND has_minimum_living IS NOT NULL AS flags_are_coded,
        coalesce(months_worked, -1) AS months_worked_number,
        CASE WHEN labour_ability IN ('lost', 'none') THEN work_place_class_code IS NULL AND coalesce(months_worked, 0) = 0 END
            AS no_work_without_ability,
        CASE WHEN life_status = 'dead' THEN work_place_class_code IS NULL END AS no_work_when_dead,
        CASE WHEN birth_date > %(period_end)s::date THEN -1 ELSE (%(period_end)s::date - birth_date) / 366 END AS age_years,
        CASE WHEN months_worked > 0 AND life_status = 'alive' THEN work_place_class_code IS NOT NULL END AS months_have_place,
        CASE WHEN id_bytes IS NOT NULL THEN left(id_number, 2) IN (
            '11', '12', '13', '14', '15', '21', '22', '23', '31', '32', '33', '34', '35', '36', '37', '41', '42', '43', '44', '45', '46',
            '50', '51', '52', '53', '54', '61', '62', '63', '64', '65', '71', '81', '82'
        ) END AS id_province_is_known,
        clash.is_orphan IS NOT TRUE AS household_is_delivered,
        phone_is_formed OR ops.name_is_safe(regexp_replace(phone, '^\+(?=[0-9])', '')) AS phone_is_safe
    FROM typed
    LEFT JOIN ops.region AS region ON region.region_code = typed.region_code AND region.level = 'banner'
    LEFT JOIN (
        SELECT
            key_hash,
            bool_or(kind = 'repeated_key') AS is_repeated,
            bool_or(kind = 'orphan') AS is_orphan
        FROM staging.conflict
        WHERE delivery_id = %(delivery_id)s AND resource = 'person'
        GROUP BY key_hash
    ) AS clash ON clash.key_hash = typed.key_hash
    OFFSET bigint '0'
)

SELECT * FROM final
