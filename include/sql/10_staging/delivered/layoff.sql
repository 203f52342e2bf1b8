-- What the rules on the whole file see of layoff: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.layoff, exact repeats included. Inputs: raw.layoff. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    credit_code,
    id_number,
    name,
    region_code,
    laid_off_on,
    ops.yuan_to_fen(wages_owed_fen) AS wages_owed_fen,
    wages_paid_on,
    ops.yuan_to_fen(compensation_owed_fen) AS compensation_owed_fen,
    compensation_paid_on,
    insurance_transferred_on
FROM raw.layoff
WHERE delivery_id = %(delivery_id)s
