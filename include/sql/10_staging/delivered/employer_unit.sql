-- What the rules on the whole file see of employer_unit: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.employer_unit, exact repeats included. Inputs: raw.employer_unit. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    uscc,
    region_code,
    unit_name,
    industry,
    payment_status,
    employee_count,
    registered_on
FROM raw.employer_unit
WHERE delivery_id = %(delivery_id)s
