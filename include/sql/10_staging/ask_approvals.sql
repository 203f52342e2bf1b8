-- Rejections that a person may lift, that nobody was asked about, and whose sender has not delivered the month again; with those that this
-- run has asked about already.
-- Grain: one row per delivery. Inputs: ops.delivery, ops.approval_request, ops.approval. Rerun: gives the run its questions again.
INSERT INTO ops.approval_request (delivery_id, rule_id, run_id)
SELECT
    delivery.delivery_id,
    delivery.rule_id,
    %(run_id)s
FROM ops.delivery AS delivery
WHERE
    delivery.state = 'rejected' AND delivery.rule_id = ANY(%(approvable)s)
    AND NOT EXISTS (
        SELECT FROM ops.delivery AS later
        WHERE
            later.source = delivery.source AND later.sender_code = delivery.sender_code AND later.period = delivery.period
            AND later.delivery_id > delivery.delivery_id
    )
ORDER BY delivery.delivery_id
LIMIT %(most)s
ON CONFLICT (delivery_id, rule_id) DO NOTHING;

SELECT
    asked.delivery_id,
    asked.rule_id
FROM ops.approval_request AS asked
LEFT JOIN ops.approval AS decided ON asked.delivery_id = decided.delivery_id AND asked.rule_id = decided.rule_id
WHERE asked.run_id = %(run_id)s AND decided.delivery_id IS NULL
ORDER BY asked.delivery_id;
