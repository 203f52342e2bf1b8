-- Grain: the delivery, locked until the transaction ends. Inputs: ops.delivery. Rerun: reads only.
SELECT
    source,
    sender_code,
    period,
    state
FROM ops.delivery
WHERE delivery_id = %(delivery_id)s
FOR UPDATE
