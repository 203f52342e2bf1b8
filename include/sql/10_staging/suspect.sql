-- Rows that may repeat or contradict another: their key stands more than once, or cannot be read.
-- Grain: one row per row. Inputs: staging.seen of the delivery. Rerun: conflict/<resource>.sql drops the table.
CREATE TEMPORARY TABLE gate_repeated ON COMMIT DROP AS
SELECT key_hash
FROM staging.seen
WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s AND key_hash IS NOT NULL
GROUP BY key_hash
HAVING count(*) > 1;

CREATE TEMPORARY TABLE gate_suspect ON COMMIT DROP AS
SELECT
    stream,
    row_ctid,
    key_hash
FROM staging.seen
WHERE
    delivery_id = %(delivery_id)s AND resource = %(resource)s
    AND (key_hash IS NULL OR key_hash IN (SELECT repeated.key_hash FROM gate_repeated AS repeated));

DROP TABLE gate_repeated;
