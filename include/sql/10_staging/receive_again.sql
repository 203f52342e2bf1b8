-- An approved delivery is received again, unless its sender has delivered the month once more since.
-- Grain: one row. Inputs: ops.delivery. Rerun: changes nothing.
UPDATE ops.delivery AS delivery
SET
    state = 'received',
    rule_id = NULL,
    reason_zh = NULL,
    reason_en = NULL,
    landed_at = NULL,
    gated_at = NULL,
    finished_at = NULL
WHERE
    delivery.delivery_id = %(delivery_id)s AND delivery.state = 'rejected' AND delivery.rule_id = %(rule_id)s
    AND NOT EXISTS (
        SELECT FROM ops.delivery AS later
        WHERE
            later.source = delivery.source AND later.sender_code = delivery.sender_code AND later.period = delivery.period
            AND later.delivery_id > delivery.delivery_id
    );
