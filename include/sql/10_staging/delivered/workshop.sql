-- What the rules on the whole file see of workshop: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.workshop, exact repeats included. Inputs: raw.workshop. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    workshop_code,
    workshop_name,
    credit_code,
    region_code,
    village_code,
    recognised_on,
    closed_on,
    is_operating
FROM raw.workshop
WHERE delivery_id = %(delivery_id)s
