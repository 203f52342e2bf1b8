-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.contribution, staging.seen of the delivery. Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT key_hash
FROM staging.seen
WHERE delivery_id = %(delivery_id)s AND resource = 'contribution' AND key_hash IS NOT NULL
GROUP BY key_hash
HAVING count(*) > 1;

-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'contribution',
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
                        line.id_number, line.region_code, line.scheme, line.uscc, line.settled_month, line.due_month,
                        line.base_fen, line.employer_due_fen, line.person_due_fen, line.employer_paid_fen,
                        line.person_paid_fen, line.is_received, line.received_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM staging.seen AS seen
    INNER JOIN raw.contribution AS line ON line.stream = seen.stream AND line.ctid = seen.row_ctid
    WHERE
        seen.delivery_id = %(delivery_id)s AND seen.resource = 'contribution' AND line.delivery_id = %(delivery_id)s
        AND (seen.key_hash IS NULL OR seen.key_hash IN (SELECT found.key_hash FROM gate_found AS found))
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'contribution',
    'repeated_key',
    seen.key_hash
FROM staging.seen AS seen
WHERE
    seen.delivery_id = %(delivery_id)s AND seen.resource = 'contribution'
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

-- Contributions of a person who is not enrolled in the scheme.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(ops.normalise_id(line.id_number) || '|' || line.scheme || '|' || line.due_month, 0) AS key_hash
FROM raw.contribution AS line
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
SELECT hashtextextended(ops.normalise_id(line.id_number) || '|' || line.scheme || '|' || line.due_month, 0) AS key_hash
FROM raw.contribution AS line
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
