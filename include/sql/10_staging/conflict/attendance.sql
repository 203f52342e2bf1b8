-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.attendance, raw.course, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Attendance of a course that is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.attendance_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.course AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.course_code = line.course_code
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'attendance',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- More days attended than the course has in the month.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.attendance_hashed AS line
INNER JOIN raw.course AS course ON course.delivery_id = line.delivery_id AND course.course_code = line.course_code
WHERE
    line.delivery_id = %(delivery_id)s
    AND ops.to_int_or_null(line.attended_days)
    > least(ops.to_date_or_null(course.ends_on), %(period_end)s::date) - greatest(ops.to_date_or_null(course.starts_on), %(period)s::date) + 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'attendance',
    'beyond_course',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Persons who attend two courses in one month.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.attendance_hashed AS line
INNER JOIN (
    SELECT ops.normalise_id(id_number) AS id_number
    FROM raw.attendance
    WHERE delivery_id = %(delivery_id)s
    GROUP BY ops.normalise_id(id_number)
    HAVING count(DISTINCT course_code) > 1
) AS twice ON twice.id_number = ops.normalise_id(line.id_number)
WHERE line.delivery_id = %(delivery_id)s;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'attendance',
    'two_courses',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
