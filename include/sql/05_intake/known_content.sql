-- Note the arrival of a content that is known; no row when it is new.
-- Grain: one row per arrival. Inputs: ops.delivery. Rerun: each run is an arrival.
WITH receipt AS (
    INSERT INTO ops.receipt (delivery_id, file_name)
    SELECT
        delivery_id,
        %(file_name)s
    FROM ops.delivery
    WHERE sha256 = %(sha256)s
    RETURNING delivery_id
)

SELECT
    receipt.delivery_id,
    delivery.state
FROM receipt
INNER JOIN ops.delivery AS delivery ON receipt.delivery_id = delivery.delivery_id;
