-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.post, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Persons who hold posts in two villages in one month (C5.2: one post per person).
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.post_hashed AS line
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
