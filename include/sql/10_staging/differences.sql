-- What differs between a delivery's rows and what is known: rows to judge, and known keys that no row names.
-- Grain: one row per row in staging.changed, one per key in staging.absent. Inputs: gate_compared of the transaction.
-- Rerun: after the delivery's rows were deleted; the temporary table is dropped.
INSERT INTO staging.changed (delivery_id, resource, stream, row_ctid)
SELECT DISTINCT
    %(delivery_id)s,
    %(resource)s,
    stream,
    row_ctid
FROM gate_compared
WHERE stream IS NOT NULL;

INSERT INTO staging.absent (delivery_id, resource, key_hash, is_expected)
SELECT DISTINCT
    %(delivery_id)s,
    %(resource)s,
    key_hash,
    is_expected
FROM gate_compared
WHERE stream IS NULL;

DROP TABLE gate_compared;
