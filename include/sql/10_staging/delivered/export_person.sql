-- What the rules on the whole file see of export_person: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.export_person, exact repeats included. Inputs: raw.export_person. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    batch_code,
    id_number,
    name,
    region_code,
    credit_code,
    employed_from_on,
    returned_on
FROM raw.export_person
WHERE delivery_id = %(delivery_id)s
