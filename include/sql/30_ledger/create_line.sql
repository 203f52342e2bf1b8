-- The lines of orders that were not refused, with what became of the money of each.
-- Grain: one row per order and line. again_fen is what of it was sent again; kept_fen is what the fund has back for good.
-- Inputs: ledger.payment_line, ledger.order_state, ledger_bank_line, ledger.standing_transfer.
-- Rerun: replaces the transaction's temporary table.
-- A line whose money moved on after it had come back counts as returned, whatever the bank says later: others may have that money now.
-- While a new order with it is open, the contradiction ends that order (insert_stale.sql); afterwards it is for a person.
DROP TABLE IF EXISTS pg_temp.ledger_line;
CREATE TEMPORARY TABLE ledger_line ON COMMIT DROP AS
WITH
live AS (
    SELECT
        payment_line.*,
        order_state.state,
        order_state.proposed_on,
        order_state.released_on
    FROM ledger.payment_line
    INNER JOIN ledger.order_state
        ON
            payment_line.region_code = order_state.region_code
            AND payment_line.payment_reference = order_state.payment_reference
            AND order_state.state <> 'refused'
),

standing AS (
    SELECT
        region_code,
        business_key,
        kind,
        amount_fen,
        event_date
    FROM ledger.standing_transfer
    WHERE kind IN ('subsidy_returned', 'subsidy_recovered')
),

joined AS (
    SELECT
        live.*,
        bank.status,
        bank.answered_on AS told_on,
        bank.delivery_id,
        again.amount_fen AS again_fen,
        coalesce(recovered.amount_fen, 0) AS kept_fen,
        returned.event_date AS returned_on,
        again.line_no IS NOT NULL OR recovered.amount_fen IS NOT NULL AS has_moved_on,
        live.reissues_reference IS NOT NULL AND coalesce(origin.status, 'none') <> 'returned' AS is_contradicted
    FROM live
    LEFT JOIN ledger_bank_line AS bank
        ON
            live.region_code = bank.region_code
            AND live.payment_reference = bank.payment_reference
            AND live.line_no = bank.line_no
            AND live.state = 'released'
    LEFT JOIN ledger_bank_line AS origin
        ON
            live.region_code = origin.region_code
            AND live.reissues_reference = origin.payment_reference
            AND live.reissues_line_no = origin.line_no
    LEFT JOIN live AS again
        ON
            live.region_code = again.region_code
            AND live.payment_reference = again.reissues_reference
            AND live.line_no = again.reissues_line_no
    LEFT JOIN standing AS returned
        ON
            live.region_code = returned.region_code
            AND returned.business_key = concat_ws(':', 'subsidy_returned', live.payment_reference, live.line_no)
    LEFT JOIN standing AS recovered
        ON
            live.region_code = recovered.region_code
            AND recovered.business_key = concat_ws(':', 'subsidy_recovered', live.payment_reference, live.line_no)
)

SELECT
    region_code,
    payment_reference,
    line_no,
    claim_key,
    programme_code,
    fund_code,
    payee_kind,
    payee_code,
    amount_fen,
    reissues_reference IS NULL AS is_first,
    state,
    proposed_on,
    released_on,
    CASE WHEN has_moved_on THEN 'returned' ELSE status END AS bank_status,
    CASE WHEN has_moved_on THEN returned_on ELSE told_on END AS answered_on,
    delivery_id,
    again_fen,
    kept_fen,
    is_contradicted
FROM joined;
CREATE INDEX ON ledger_line (region_code, claim_key);
ANALYZE ledger_line;
