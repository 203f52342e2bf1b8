-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.assistance, raw.death, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Assistance granted after the applicant's death, as the delivery itself tells it.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(line.case_code, 0) AS key_hash
FROM raw.assistance AS line
INNER JOIN (
    SELECT
        ops.normalise_id(id_number) AS id_number,
        min(ops.to_date_or_null(died_on)) AS died_on
    FROM raw.death
    WHERE delivery_id = %(delivery_id)s
    GROUP BY ops.normalise_id(id_number)
) AS deceased ON deceased.id_number = ops.normalise_id(line.id_number)
WHERE line.delivery_id = %(delivery_id)s AND line.decision = '1' AND ops.to_date_or_null(line.decided_on) > deceased.died_on;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'assistance',
    'dead',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
