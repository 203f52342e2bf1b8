-- A delivery that was read again and refused: what it published stands. Grain: the delivery. Inputs: ops.delivery, ops.publication.
-- Rerun: changes nothing.
UPDATE ops.delivery
SET state = 'published', finished_at = publication.published_at, rule_id = NULL, reason_zh = NULL, reason_en = NULL
FROM ops.publication AS publication
WHERE
    delivery.delivery_id = %(delivery_id)s AND publication.delivery_id = delivery.delivery_id
    AND delivery.state IN ('received', 'landed', 'gated');
