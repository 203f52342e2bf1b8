-- What the rules on the whole file see of benefit: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.benefit, exact repeats included. Inputs: raw.benefit. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    id_number,
    name,
    region_code,
    month,
    benefit_kind,
    ops.yuan_to_fen(amount_fen) AS amount_fen,
    entitled_from_on,
    entitled_to_on
FROM raw.benefit
WHERE delivery_id = %(delivery_id)s
