-- Deliveries of a source that are still on their way, or were received now.
-- Grain: one row per delivery. Inputs: ops.delivery. Rerun: reads only.
SELECT delivery_id
FROM ops.delivery
WHERE
    (source = %(source)s AND state IN ('received', 'landed', 'gated'))
    OR delivery_id = any(%(received)s::bigint[])
ORDER BY period NULLS FIRST, sender_code NULLS FIRST, made_at, delivery_id;
