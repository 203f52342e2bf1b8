-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.allocation, gate_suspect (suspect.sql). Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'allocation',
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
                        line.village_code, line.region_code, line.month, line.carried_in_fen, line.revenue_fen,
                        line.post_wages_fen, line.public_works_fen, line.land_rent_fen, line.operation_fen, line.other_fen,
                        line.carried_over_fen
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.allocation AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'allocation',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'allocation'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Villages that have no share in any station of the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(line.village_code || '|' || line.month, 0) AS key_hash
FROM raw.allocation AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.station AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.village_code = line.village_code
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'allocation',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
