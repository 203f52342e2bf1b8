-- Rows that repeat an earlier row of the file exactly, and keys that stand in several rows which differ.
-- Grain: one row per repeated row in staging.duplicate, one per key in staging.conflict. Inputs: gate_suspect of the transaction.
-- Rerun: after the delivery's rows were deleted; the temporary table is dropped.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    %(resource)s,
    ranked.stream,
    ranked.row_ctid
FROM (
    SELECT
        stream,
        row_ctid,
        row_number() OVER (PARTITION BY row_hash ORDER BY stream, row_ctid) AS copy_number
    FROM gate_suspect
) AS ranked
WHERE ranked.copy_number > 1;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT
    %(delivery_id)s,
    %(resource)s,
    'repeated_key',
    key_hash
FROM gate_suspect
WHERE key_hash IS NOT NULL
GROUP BY key_hash
HAVING count(DISTINCT row_hash) > 1;

DROP TABLE gate_suspect;
