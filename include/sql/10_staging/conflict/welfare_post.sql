-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.post_holder, raw.welfare_post, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Posts with more holders than were approved (C5.2). A holder who is there twice counts once: that is another rule.
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT line.key_hash
FROM raw.welfare_post_hashed AS line
INNER JOIN (
    SELECT
        post_code,
        count(DISTINCT ops.normalise_id(id_number)) AS holders
    FROM raw.post_holder
    WHERE delivery_id = %(delivery_id)s AND ended_on IS NULL
    GROUP BY post_code
) AS roster ON roster.post_code = line.post_code
WHERE line.delivery_id = %(delivery_id)s AND roster.holders > ops.to_int_or_null(line.approved_places);

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'welfare_post',
    'crowded',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
