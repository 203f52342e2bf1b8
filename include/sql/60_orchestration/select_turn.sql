-- Grain: one row per delivery of a turn, oldest period first. Inputs: ops.delivery. Rerun: reads only.
SELECT
    delivery_id,
    state IN ('published', 'rejected') AS is_final
FROM ops.delivery
WHERE delivery_id = any(%(delivery_ids)s::bigint[])
ORDER BY period, made_at, delivery_id;
