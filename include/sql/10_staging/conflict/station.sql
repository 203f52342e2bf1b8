-- Rows that contradict another row of the delivery.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.station, gate_suspect (suspect.sql),
-- staging.duplicate of the delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'station',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'station'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Stations whose villages do not share 100 per cent. A village that is there twice counts once: that is another rule.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
WITH share AS (
    SELECT
        station_code,
        village_code,
        max(ops.to_number_or_null(share_percent)) AS share_percent
    FROM raw.station
    WHERE delivery_id = %(delivery_id)s
    GROUP BY station_code, village_code
)

SELECT hashtextextended(line.station_code || '|' || line.village_code, 0) AS key_hash
FROM raw.station AS line
INNER JOIN (
    SELECT station_code
    FROM share
    GROUP BY station_code
    HAVING abs(coalesce(sum(share_percent), 0) - 100) > 0.01
) AS uneven ON uneven.station_code = line.station_code
WHERE line.delivery_id = %(delivery_id)s;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'station',
    'shares',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
