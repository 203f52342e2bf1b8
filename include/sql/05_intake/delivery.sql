-- What is known of a delivery.
-- Grain: one row. Inputs: ops.delivery. Rerun: reads only.
SELECT
    sha256,
    state,
    source,
    rule_id,
    reason_zh,
    reason_en
FROM ops.delivery
WHERE delivery_id = %(delivery_id)s;
