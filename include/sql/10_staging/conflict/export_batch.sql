-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.export_batch, raw.intermediary, raw.export_person, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Batches of an intermediary that is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.export_batch_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.intermediary AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.intermediary_code = line.intermediary_code
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'export_batch',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Batches that departed in the month and list more or fewer persons than they declare.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.export_batch_hashed AS line
LEFT JOIN (
    SELECT
        person.batch_code,
        count(DISTINCT ops.normalise_id(person.id_number)) AS persons
    FROM raw.export_person AS person
    WHERE person.delivery_id = %(delivery_id)s
    GROUP BY person.batch_code
) AS roster ON roster.batch_code = line.batch_code
WHERE
    line.delivery_id = %(delivery_id)s AND left(line.departed_on, 6) = to_char(%(period)s::date, 'YYYYMM')
    AND coalesce(roster.persons, 0) <> ops.to_int_or_null(line.persons_declared);

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'export_batch',
    'roster_differs',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
