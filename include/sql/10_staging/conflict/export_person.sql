-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.export_person, raw.export_batch, warehouse.fct_export_batch, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Persons of a batch that neither the delivery nor the warehouse tells of.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.export_person_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.export_batch AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.batch_code = line.batch_code
    )
    AND NOT EXISTS (
        SELECT FROM warehouse.fct_export_batch AS known
        WHERE known.batch_code = line.batch_code AND known.known_to = 'infinity'
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'export_person',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Persons who are away in two batches at once: two organisers would claim one export (C3.7).
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.export_person_hashed AS line
INNER JOIN (
    SELECT ops.normalise_id(id_number) AS id_number
    FROM raw.export_person
    WHERE delivery_id = %(delivery_id)s AND returned_on IS NULL
    GROUP BY ops.normalise_id(id_number)
    HAVING count(DISTINCT batch_code) > 1
) AS claimed ON claimed.id_number = ops.normalise_id(line.id_number)
WHERE line.delivery_id = %(delivery_id)s AND line.returned_on IS NULL;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'export_person',
    'two_batches',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
