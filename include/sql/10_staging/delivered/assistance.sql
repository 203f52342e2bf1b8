-- What the rules on the whole file see of assistance: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.assistance, exact repeats included. Inputs: raw.assistance. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    case_code,
    region_code,
    id_number,
    name,
    assistance_kind,
    referred_on,
    decided_on,
    decision,
    ops.yuan_to_fen(monthly_amount_fen) AS monthly_amount_fen,
    ends_on
FROM raw.assistance
WHERE delivery_id = %(delivery_id)s
