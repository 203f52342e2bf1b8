-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.post_holder, raw.welfare_post, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Holders of a post that is not in the delivery.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.post_holder_hashed AS line
WHERE
    line.delivery_id = %(delivery_id)s
    AND NOT EXISTS (
        SELECT FROM raw.welfare_post AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.post_code = line.post_code
    );

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'post_holder',
    'orphan',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;

-- Persons who hold two posts in one month (C5.2: one post per person). Who left one for another within the month holds one.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.post_holder_hashed AS line
INNER JOIN (
    SELECT
        ops.normalise_id(id_number) AS id_number,
        month
    FROM raw.post_holder
    WHERE delivery_id = %(delivery_id)s AND ended_on IS NULL
    GROUP BY ops.normalise_id(id_number), month
    HAVING count(DISTINCT post_code) > 1
) AS holder ON holder.id_number = ops.normalise_id(line.id_number) AND holder.month = line.month
WHERE line.delivery_id = %(delivery_id)s AND line.ended_on IS NULL;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'post_holder',
    'two_posts',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
