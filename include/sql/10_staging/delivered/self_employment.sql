-- What the rules on the whole file see of self_employment: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.self_employment, exact repeats included. Inputs: raw.self_employment. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    business_code,
    id_number,
    name,
    region_code,
    sector,
    registered_on,
    closed_on,
    support_document
FROM raw.self_employment
WHERE delivery_id = %(delivery_id)s
