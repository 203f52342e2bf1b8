-- What the rules on the whole file see of contribution: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.contribution, exact repeats included. Inputs: raw.contribution. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    id_number,
    region_code,
    scheme,
    uscc,
    settled_month,
    due_month,
    base_fen,
    employer_due_fen,
    person_due_fen,
    ops.yuan_to_fen(employer_paid_fen) AS employer_paid_fen,
    ops.yuan_to_fen(person_paid_fen) AS person_paid_fen,
    is_received,
    received_on
FROM raw.contribution
WHERE delivery_id = %(delivery_id)s
