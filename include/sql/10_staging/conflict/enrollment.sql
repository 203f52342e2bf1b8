-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.enrollment, gate_suspect (suspect.sql). Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'enrollment',
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
                        line.id_number, line.name, line.region_code, line.scheme, line.uscc, line.first_enrolled_month,
                        line.person_status, line.payment_status, line.started_on, line.ended_on, line.died_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.enrollment AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;

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
