-- Rows that contradict another row of the delivery.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.post, gate_suspect (suspect.sql),
-- staging.duplicate of the delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'post',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'post'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;

-- Persons who hold posts in two villages in one month (C5.2: one post per person).
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(line.village_code || '|' || ops.normalise_id(line.id_number) || '|' || line.month, 0) AS key_hash
FROM raw.post AS line
INNER JOIN (
    SELECT
        ops.normalise_id(id_number) AS id_number,
        month
    FROM raw.post
    WHERE delivery_id = %(delivery_id)s
    GROUP BY ops.normalise_id(id_number), month
    HAVING count(DISTINCT village_code) > 1
) AS holder ON holder.id_number = ops.normalise_id(line.id_number) AND holder.month = line.month
WHERE line.delivery_id = %(delivery_id)s;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'post',
    'two_posts',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
