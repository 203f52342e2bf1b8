-- What the rules on the whole file see of person: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.person, exact repeats included. Inputs: raw.person. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    person_id,
    household_id,
    region_code,
    village_code,
    name,
    sex,
    id_number,
    birth_date,
    relation,
    ethnicity,
    education,
    student_status,
    health,
    labour_ability,
    work_place_class,
    months_worked,
    life_status,
    has_employee_pension,
    has_resident_pension,
    has_illness_insurance,
    has_minimum_living,
    phone,
    willing_to_go,
    change_type
FROM raw.person
WHERE delivery_id = %(delivery_id)s
