-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.contribution, raw.enrollment, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Contributions of a person who is not enrolled in the scheme.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.contribution_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.enrollment AS other
        WHERE other.delivery_id = %(delivery_id)s AND ops.normalise_id(other.id_number) = ops.normalise_id(line.id_number) AND other.scheme = line.scheme
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'contribution',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Contributions for a month after the month in which the person died, by any of the enrolments.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.contribution_hashed AS line
INNER JOIN (
    SELECT
        ops.normalise_id(id_number) AS id_number,
        min(ops.to_date_or_null(died_on)) AS died_on
    FROM raw.enrollment
    WHERE delivery_id = %(delivery_id)s AND died_on IS NOT NULL
    GROUP BY ops.normalise_id(id_number)
) AS deceased ON deceased.id_number = ops.normalise_id(line.id_number)
WHERE line.delivery_id = %(delivery_id)s AND ops.to_month_or_null(line.due_month) > deceased.died_on;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'contribution',
    'dead',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
