-- Grain: one row per delivery of a source that has no final state, oldest period first. Inputs: ops.delivery. Rerun: reads only.
SELECT
    delivery_id,
    sender_code,
    period
FROM ops.delivery
WHERE
    source = %(source)s
    AND state NOT IN ('published', 'rejected')
    AND (%(sender)s::text IS NULL OR sender_code = %(sender)s)
ORDER BY period, sender_code, delivery_id
LIMIT %(most)s;
