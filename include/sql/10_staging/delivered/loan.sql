-- What the rules on the whole file see of loan: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.loan, exact repeats included. Inputs: raw.loan. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    loan_code,
    region_code,
    id_number,
    name,
    month,
    ops.yuan_to_fen(principal_fen) AS principal_fen,
    ops.yuan_to_fen(balance_fen) AS balance_fen,
    ops.yuan_to_fen(overdue_fen) AS overdue_fen,
    annual_rate_bp,
    granted_on,
    due_on,
    purpose
FROM raw.loan
WHERE delivery_id = %(delivery_id)s
