-- What the rules on the whole file see of workshop_worker: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.workshop_worker, exact repeats included. Inputs: raw.workshop_worker. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    workshop_code,
    region_code,
    id_number,
    name,
    month,
    hired_on,
    worked_days,
    ops.yuan_to_fen(wage_fen) AS wage_fen
FROM raw.workshop_worker
WHERE delivery_id = %(delivery_id)s
