-- Rows that repeat an earlier row of the file exactly, among those that are suspect. A key that cannot be read may still stand in a
-- line that is there twice.
-- Grain: one row per repeated row. Inputs: raw.person, gate_suspect (suspect.sql). Rerun: after the delivery's rows were deleted.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'person',
    ranked.stream,
    ranked.row_ctid
FROM (
    SELECT
        line.stream,
        line.ctid AS row_ctid,
        row_number() OVER (
            PARTITION BY
                hash_record_extended(
                    ROW(
                        line.person_id, line.household_id, line.region_code, line.village_code, line.name, line.sex,
                        line.id_number, line.birth_date, line.relation, line.ethnicity, line.education, line.student_status,
                        line.health, line.labour_ability, line.work_place_class, line.months_worked, line.life_status,
                        line.has_employee_pension, line.has_resident_pension, line.has_illness_insurance,
                        line.has_minimum_living, line.phone, line.willing_to_go, line.change_type
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.person AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;
