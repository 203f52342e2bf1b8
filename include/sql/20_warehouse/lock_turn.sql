-- Grain: one lock per source and sender, held by the session until it lets go; the same that a task of the ingest holds while it loads.
-- Inputs: ops.delivery. Rerun: takes the lock once more.
SELECT
    turn.lock_number,
    delivery.sender_code,
    pg_advisory_lock(turn.lock_number) AS held
FROM ops.delivery AS delivery
CROSS JOIN LATERAL (
    SELECT hashtextextended('steppe.turn:' || delivery.source || ':' || delivery.sender_code, 0) AS lock_number
) AS turn
WHERE delivery.delivery_id = %(delivery_id)s;
