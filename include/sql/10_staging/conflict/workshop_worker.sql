-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.workshop, raw.workshop_worker, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Work in a workshop that is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.workshop_worker_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.workshop AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.workshop_code = line.workshop_code
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'workshop_worker',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
