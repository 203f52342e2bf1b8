-- Grain: one publication. Inputs: ops.delivery. Rerun: once per delivery; a second is refused by the unique delivery_id.
INSERT INTO ops.publication (delivery_id, source, sender_code, period, supersedes_delivery_id, published_at)
SELECT
    delivery.delivery_id,
    delivery.source,
    delivery.sender_code,
    delivery.period,
    %(supersedes_delivery_id)s::bigint,
    %(published_at)s::timestamptz
FROM ops.delivery AS delivery
WHERE delivery.delivery_id = %(delivery_id)s;

UPDATE ops.delivery
SET state = 'published', finished_at = %(published_at)s::timestamptz
WHERE delivery_id = %(delivery_id)s;
