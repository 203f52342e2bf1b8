-- Grain: one row per order that waits for approval, programme and fund, by banner.
-- Inputs: ledger.order_state, ledger.payment_line, ops.region. Rerun: reads only.
SELECT
    order_state.region_code,
    region.region_name,
    order_state.payment_reference,
    order_state.line_count,
    order_state.amount_fen,
    encode(order_state.sha256, 'hex') AS sha256,
    order_state.approvals,
    line.programme_code,
    line.fund_code,
    count(*) AS part_lines,
    sum(line.amount_fen) AS part_fen
FROM ledger.order_state
INNER JOIN ops.region ON order_state.region_code = region.region_code
INNER JOIN ledger.payment_line AS line
    ON order_state.region_code = line.region_code AND order_state.payment_reference = line.payment_reference
WHERE order_state.state = 'open'
GROUP BY
    order_state.region_code, region.region_name, order_state.payment_reference, order_state.line_count, order_state.amount_fen,
    order_state.sha256, order_state.approvals, line.programme_code, line.fund_code
ORDER BY order_state.region_code, order_state.payment_reference, line.programme_code, line.fund_code;
