-- Rows that contradict another row of the delivery.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.employer_unit, raw.enrollment, gate_suspect (suspect.sql),
-- staging.duplicate of the delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'enrollment',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'enrollment'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Enrolments with an employer that is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(ops.normalise_id(line.id_number) || '|' || line.scheme, 0) AS key_hash
FROM raw.enrollment AS line
WHERE
    line.delivery_id = %(delivery_id)s AND line.uscc IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM raw.employer_unit AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.uscc = line.uscc
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'enrollment',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
