-- Rows that contradict another row of the delivery.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.death, gate_suspect (suspect.sql),
-- staging.duplicate of the delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.
INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    'death',
    'repeated_key',
    suspect.key_hash
FROM gate_suspect AS suspect
WHERE
    suspect.key_hash IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM staging.duplicate AS repeat
        WHERE
            repeat.delivery_id = %(delivery_id)s AND repeat.resource = 'death'
            AND repeat.stream = suspect.stream AND repeat.row_ctid = suspect.row_ctid
    )
GROUP BY suspect.key_hash
HAVING count(*) > 1;

DROP TABLE gate_suspect;
