-- Grain: one row per delivery of a source that has no final state, as far as they are wanted: the oldest periods first, told sender by
-- sender. Inputs: ops.delivery. Rerun: reads only.
WITH oldest AS (
    SELECT
        sender_code,
        delivery_id,
        period,
        made_at
    FROM ops.delivery
    WHERE
        source = %(source)s
        AND state NOT IN ('published', 'rejected')
        AND (%(sender)s::text IS NULL OR sender_code = %(sender)s)
    ORDER BY period, sender_code, made_at, delivery_id
    LIMIT %(most)s
)

SELECT
    sender_code,
    delivery_id,
    period
FROM oldest
ORDER BY sender_code, period, made_at, delivery_id;
