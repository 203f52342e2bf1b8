-- What the rules on the whole file see of payment_line: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.payment_line, exact repeats included. Inputs: raw.payment_line. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    payment_reference,
    line_code,
    region_code,
    payee_kind,
    id_number,
    payee_code,
    name,
    programme_code,
    fund_code,
    ops.yuan_to_fen(amount_fen) AS amount_fen,
    paid_on,
    status,
    returned_on,
    return_reason
FROM raw.payment_line
WHERE delivery_id = %(delivery_id)s
