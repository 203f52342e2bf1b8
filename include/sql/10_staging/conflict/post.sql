-- Exact repeats and rows that contradict another row of the delivery.
-- Grain: one row per repeated row (staging.duplicate), one per kind and key (staging.conflict).
-- Inputs: raw.post, staging.seen of the delivery. Rerun: after the delivery's rows of both tables were deleted.
-- Searches that see every row go through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT key_hash
FROM staging.seen
WHERE delivery_id = %(delivery_id)s AND resource = 'post' AND key_hash IS NOT NULL
GROUP BY key_hash
HAVING count(*) > 1;

-- A key that cannot be read may still stand in a line that is there twice.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'post',
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
                        line.village_code, line.region_code, line.id_number, line.name, line.month, line.post_type,
                        line.days_worked, line.wage_fen, line.paid_fen, line.paid_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM staging.seen AS seen
    INNER JOIN raw.post AS line ON line.stream = seen.stream AND line.ctid = seen.row_ctid
    WHERE
        seen.delivery_id = %(delivery_id)s AND seen.resource = 'post' AND line.delivery_id = %(delivery_id)s
        AND (seen.key_hash IS NULL OR seen.key_hash IN (SELECT found.key_hash FROM gate_found AS found))
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'post',
    'repeated_key',
    seen.key_hash
FROM staging.seen AS seen
WHERE
    seen.delivery_id = %(delivery_id)s AND seen.resource = 'post'
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
