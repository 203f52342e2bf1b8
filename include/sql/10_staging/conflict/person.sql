-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.person, gate_suspect (suspect.sql). Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
-- A key that cannot be read may still stand in a line that is there twice.
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

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'person',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'person'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Persons whose household is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(ops.normalise_id(line.id_number), 0) AS key_hash
FROM raw.person AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.household AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.household_id = line.household_id
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'person',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
