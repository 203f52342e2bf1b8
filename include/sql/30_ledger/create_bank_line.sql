-- What the bank says of the lines that it was sent: matched on reference, line, amount and payee, or not at all.
-- Grain: one row per line of an order that the bank has answered.
-- Inputs: ledger.payment_line, warehouse.fct_payment. Rerun: replaces the transaction's temporary table.
DROP TABLE IF EXISTS pg_temp.ledger_bank_line;
CREATE TEMPORARY TABLE ledger_bank_line ON COMMIT DROP AS
SELECT DISTINCT ON (line.region_code, line.payment_reference, line.line_no)
    line.region_code,
    line.payment_reference,
    line.line_no,
    payment.status,
    CASE payment.status WHEN 'paid' THEN payment.paid_on ELSE payment.returned_on END AS answered_on,
    payment.delivery_id
FROM ledger.payment_line AS line
INNER JOIN warehouse.fct_payment AS payment
    ON
        line.region_code = payment.region_code
        AND line.payment_reference = payment.payment_reference
        AND line.line_no::text = payment.line_code
        AND line.amount_fen = payment.amount_fen
        AND line.payee_kind = payment.payee_kind
        AND line.payee_code = coalesce(payment.person_key::text, payment.payee_code)
WHERE payment.known_to = 'infinity'
-- Where two agencies report the line, the newer report holds.
ORDER BY
    line.region_code ASC, line.payment_reference ASC, line.line_no ASC,
    payment.known_from DESC, payment.delivery_id DESC;
ANALYZE ledger_bank_line;
