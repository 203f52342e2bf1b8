-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.employment, raw.person, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Spells of a person who is not in the delivery. Fewer have a spell than are registered: who has one is looked up first, so that
-- the persons are read once and never kept.
CREATE TEMPORARY TABLE gate_person ON COMMIT DROP AS
SELECT ops.normalise_id(other.id_number) AS id_number
FROM raw.person AS other
WHERE
    other.delivery_id = %(delivery_id)s
    AND ops.normalise_id(other.id_number) IN (
        SELECT ops.normalise_id(line.id_number) FROM raw.employment AS line WHERE line.delivery_id = %(delivery_id)s
    );

CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.employment_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM gate_person AS person
        WHERE person.id_number = ops.normalise_id(line.id_number)
    );

DROP TABLE gate_person;

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
        line.key_hash,
        ops.normalise_id(line.id_number) AS id_number,
        ops.to_date_or_null(line.started_on) AS started_on,
        coalesce(ops.to_date_or_null(line.ended_on), 'infinity') AS ended_on
    FROM raw.employment_hashed AS line
    WHERE
        line.delivery_id = %(delivery_id)s AND line.channel NOT IN ('04', '10') AND line.id_number IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM staging.duplicate AS repeat
            WHERE
                repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'employment'
                AND repeat.stream = line.stream AND repeat.row_ctid = line.row_ctid
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
