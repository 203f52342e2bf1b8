-- What the rules on the whole file see of callback: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.callback, exact repeats included. Inputs: raw.callback. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    call_code,
    id_number,
    name,
    region_code,
    called_on,
    outcome,
    is_employed,
    place_class,
    work_county_code,
    is_phone_own
FROM raw.callback
WHERE delivery_id = %(delivery_id)s
