-- Grain: one publication. Inputs: ops.delivery. Rerun: a delivery that was read again is published at the end of the queue; when it became
-- visible changes only where it says something else.
INSERT INTO ops.publication AS publication (delivery_id, source, sender_code, period, supersedes_delivery_id, published_at)
SELECT
    delivery.delivery_id,
    delivery.source,
    delivery.sender_code,
    delivery.period,
    %(supersedes_delivery_id)s::bigint,
    %(published_at)s::timestamptz
FROM ops.delivery AS delivery
WHERE delivery.delivery_id = %(delivery_id)s
ON CONFLICT (delivery_id) DO UPDATE
    SET
        publication_id = DEFAULT,
        published_at = CASE WHEN %(is_changed)s THEN excluded.published_at ELSE publication.published_at END;

UPDATE ops.delivery
SET
    state = 'published',
    finished_at = (SELECT published.published_at FROM ops.publication AS published WHERE published.delivery_id = %(delivery_id)s)
WHERE delivery_id = %(delivery_id)s;
