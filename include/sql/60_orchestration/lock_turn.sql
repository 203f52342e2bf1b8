-- Grain: one lock per source and sender, held by the session until it ends; only one of its deliveries is loaded at a time.
-- Inputs: ops.delivery. Rerun: takes the lock once more.
SELECT
    delivery.source,
    delivery.sender_code,
    delivery.period,
    pg_advisory_lock(hashtextextended('steppe.turn:' || delivery.source || ':' || delivery.sender_code, 0)) AS held
FROM ops.delivery AS delivery
WHERE delivery.delivery_id = %(delivery_id)s;
