-- What the rules on the whole file see of death: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.death, exact repeats included. Inputs: raw.death. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    id_number,
    name,
    region_code,
    died_on
FROM raw.death
WHERE delivery_id = %(delivery_id)s
