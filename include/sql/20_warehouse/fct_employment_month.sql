-- Grain: one row per registered person, home banner and month, for the month and senders asked for.
-- Inputs: dim_person (as known now); place_now, alias_now, insured_now and spell_now (employment_evidence.sql).
-- Rerun: build compares these rows with what the table holds and supersedes what differs.
-- Employed: a spell covers a day of the month; or an employee scheme was paid for the month; or no spell of the year is on file and the
-- register names a place of work. Evidence, best first (C7.2): insurance, employer or contract, call-back, self-report or register.
-- The steps are fenced (OFFSET; a bigint literal, or the plan would not be parallel), so that each expression is computed once per row.
WITH joined AS (
    SELECT
        coalesce(alias.main_key, person.person_key) AS person_key,
        person.region_code,
        person.sender_code,
        person.village_code,
        person.labour_ability,
        person.willing_to_go,
        person.delivery_id AS register_delivery_id,
        spell.delivery_id AS spell_delivery_id,
        insured.delivery_id AS insurance_delivery_id,
        spell.work_region_code,
        coalesce(spell.employer_uscc, insured.uscc) AS employer_uscc,
        spell.channel,
        coalesce(spell.is_organised, FALSE) AS is_organised,
        coalesce(insured.is_employee_insured, FALSE) AS is_employee_insured,
        coalesce(insured.is_unemployment_insured, FALSE) AS is_unemployment_insured,
        coalesce(insured.is_injury_insured, FALSE) AS is_injury_insured,
        coalesce(insured.is_pension_insured, FALSE) OR person.has_employee_pension OR person.has_resident_pension AS is_pension_insured,
        coalesce(spell.work_place_class, person.work_place_class) AS place_class,
        coalesce(spell.work_place_class, person.work_place_class) = any(rule.out_classes) AS is_place_out,
        coalesce(spell.is_jingmeng_local, FALSE) AS is_jingmeng_local,
        coalesce(spell.is_in_beijing, FALSE) AS is_in_beijing,
        spell.out_tier,
        spell.jingmeng_tier,
        spell.beijing_tier,
        CASE
            WHEN person.life_status = 'dead' THEN 'deceased'
            WHEN
                spell.is_current OR insured.is_employee_insured
                OR (spell.person_key IS NULL AND person.work_place_class IS NOT NULL)
                THEN 'employed'
            WHEN person.life_status = 'missing' THEN 'missing'
            WHEN person.birth_year > extract(YEAR FROM %(month)s::date)::integer - 16 THEN 'minor'
            WHEN person.student_status <> 'not_student' THEN 'student'
            WHEN person.labour_ability IN ('lost', 'none') THEN 'not_able'
            WHEN
                person.birth_year
                <= extract(YEAR FROM %(month)s::date)::integer - CASE person.sex WHEN 'male' THEN 60 ELSE 55 END
                THEN 'retired'
            ELSE 'unemployed'
        END AS status,
        (CASE WHEN insured.is_employee_insured THEN 1 ELSE coalesce(spell.told_tier, 4) END)::smallint AS tier
    FROM warehouse.dim_person AS person
    INNER JOIN warehouse.place_now AS rule ON person.region_code = rule.region_code
    LEFT JOIN warehouse.alias_now AS alias
        ON
            person.person_key = alias.person_key AND person.region_code = alias.region_code
            AND person.sender_code = alias.sender_code
    LEFT JOIN warehouse.spell_now AS spell
        ON coalesce(alias.main_key, person.person_key) = spell.person_key AND person.sender_code = spell.sender_code
    LEFT JOIN warehouse.insured_now AS insured ON coalesce(alias.main_key, person.person_key) = insured.person_key
    WHERE
        alias.is_told IS NOT FALSE
        AND person.known_to = 'infinity' AND person.valid_from <= %(month)s::date AND person.valid_to > %(month)s::date
        AND person.sender_code = any(%(sender_codes)s::text[])
    OFFSET bigint '0'
),

judged AS (
    SELECT
        joined.*,
        joined.status = 'employed' AS is_employed,
        joined.status = 'employed' AND coalesce(joined.is_place_out, FALSE) AS is_out
    FROM joined
    OFFSET bigint '0'
)

SELECT
    judged.person_key,
    %(month)s::date AS month,
    judged.region_code,
    judged.sender_code,
    judged.village_code,
    judged.status,
    CASE WHEN judged.is_employed THEN judged.place_class END AS place_class,
    CASE WHEN judged.is_employed THEN judged.work_region_code END AS work_region_code,
    CASE WHEN judged.is_employed THEN judged.employer_uscc END AS employer_uscc,
    CASE WHEN judged.is_employed THEN judged.channel END AS channel,
    judged.is_employed AND judged.is_organised AS is_organised,
    judged.labour_ability,
    judged.willing_to_go,
    judged.is_employee_insured,
    judged.is_unemployment_insured,
    judged.is_injury_insured,
    judged.is_pension_insured,
    CASE WHEN judged.is_employed THEN judged.tier END AS evidence_tier,
    judged.is_out AS is_out_migrant,
    judged.is_employed AND judged.is_jingmeng_local AS is_jingmeng_local,
    judged.is_out AND judged.is_in_beijing AS is_in_beijing,
    least(judged.out_tier, CASE WHEN judged.is_out THEN judged.tier END)::smallint AS out_migration_tier,
    least(judged.jingmeng_tier, CASE WHEN judged.is_employed AND judged.is_jingmeng_local THEN judged.tier END)::smallint
        AS jingmeng_local_tier,
    least(judged.beijing_tier, CASE WHEN judged.is_out AND judged.is_in_beijing THEN judged.tier END)::smallint AS beijing_tier,
    judged.register_delivery_id,
    judged.spell_delivery_id,
    judged.insurance_delivery_id,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM judged
-- Rows lie by banner, so that a banner's are found by the index of stretches: joined, they come in no order.
ORDER BY judged.region_code
