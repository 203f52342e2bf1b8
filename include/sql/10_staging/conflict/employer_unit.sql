-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.employer_unit, staging.seen of the delivery. Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT key_hash
FROM staging.seen
WHERE delivery_id = %(delivery_id)s AND resource = 'employer_unit' AND key_hash IS NOT NULL
GROUP BY key_hash
HAVING count(*) > 1;

-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'employer_unit',
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
                        line.uscc, line.region_code, line.unit_name, line.industry, line.payment_status, line.employee_count,
                        line.registered_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM staging.seen AS seen
    INNER JOIN raw.employer_unit AS line ON line.stream = seen.stream AND line.ctid = seen.row_ctid
    WHERE
        seen.delivery_id = %(delivery_id)s AND seen.resource = 'employer_unit' AND line.delivery_id = %(delivery_id)s
        AND (seen.key_hash IS NULL OR seen.key_hash IN (SELECT found.key_hash FROM gate_found AS found))
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'employer_unit',
    'repeated_key',
    seen.key_hash
FROM staging.seen AS seen
WHERE
    seen.delivery_id = %(delivery_id)s AND seen.resource = 'employer_unit'
    AND seen.key_hash IN (SELECT found.key_hash FROM gate_found AS found)
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = seen.delivery_id AND repeat.resource = seen.resource
            AND repeat.stream = seen.stream AND repeat.row_ctid = seen.row_ctid
    )
GROUP BY seen.key_hash
HAVING count(*) > 1;

DROP TABLE gate_found;
