-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.employment, gate_suspect (suspect.sql). Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'employment',
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
                        line.spell_id, line.id_number, line.region_code, line.started_on, line.ended_on, line.work_place_class,
                        line.work_region_code, line.employer_name, line.employer_uscc, line.industry, line.channel,
                        line.is_organised, line.contract_signed_on, line.monthly_wage_fen, line.verification, line.verified_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.employment AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'employment',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employment'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Spells of a person who is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(line.spell_id, 0) AS key_hash
FROM raw.employment AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.person AS other
        WHERE other.delivery_id = %(delivery_id)s AND ops.normalise_id(other.id_number) = ops.normalise_id(line.id_number)
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'employment',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Spells that overlap another spell of the same person. Seasonal work and farming may run beside a job (C5.1).
-- Each spell is compared with the latest end before it, and earlier spells with the first start after them.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
WITH spell AS (
    SELECT
        hashtextextended(line.spell_id, 0) AS key_hash,
        ops.normalise_id(line.id_number) AS id_number,
        ops.to_date_or_null(line.started_on) AS started_on,
        coalesce(ops.to_date_or_null(line.ended_on), 'infinity') AS ended_on
    FROM raw.employment AS line
    WHERE
        line.delivery_id = %(delivery_id)s AND line.channel NOT IN ('04', '10') AND line.id_number IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employment'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.ctid
        )
),

beside AS (
    SELECT
        key_hash,
        started_on,
        ended_on,
        max(ended_on) OVER (
            PARTITION BY id_number ORDER BY started_on, ended_on, key_hash
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_end_before,
        lead(started_on) OVER (PARTITION BY id_number ORDER BY started_on, ended_on, key_hash) AS next_start
    FROM spell
    WHERE started_on IS NOT NULL AND ended_on >= started_on
)

SELECT key_hash
FROM beside
WHERE started_on < latest_end_before OR next_start < ended_on;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'employment',
    'overlap',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
