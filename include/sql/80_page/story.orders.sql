-- Grain: one row per line of an order that pays the claim, with who agreed to the order (C7.1).
-- Inputs: ledger.payment_line, ledger.order_state, ledger.approval. Rerun: reads only.
SELECT
    line.payment_reference,
    line.line_no,
    line.amount_fen,
    orders.proposed_on,
    orders.state AS order_state,
    ARRAY(
        SELECT approval.approver
        FROM ledger.approval
        WHERE
            approval.region_code = line.region_code AND approval.payment_reference = line.payment_reference
            AND approval.verdict = 'approved'
        ORDER BY approval.decided_at
    ) AS approvers,
    orders.released_on,
    encode(orders.sha256, 'hex') AS order_sha256
FROM ledger.payment_line AS line
INNER JOIN ledger.order_state AS orders
    ON line.region_code = orders.region_code AND line.payment_reference = orders.payment_reference
WHERE
    line.region_code = left(%(of)s::text, 6)
    AND line.claim_key = ledger.claim_behind(left(%(of)s::text, 6), substr(%(of)s::text, 8))
ORDER BY orders.order_no, line.line_no;
