-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.station, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

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

SELECT line.key_hash
FROM raw.station_hashed AS line
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
