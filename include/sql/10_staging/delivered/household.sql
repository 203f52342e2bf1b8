-- What the rules on the whole file see of household: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.household, exact repeats included. Inputs: raw.household. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    household_id,
    region_code,
    village_code,
    village_name,
    register_year,
    standard,
    household_type,
    poverty_cause,
    poverty_status,
    member_count,
    head_name,
    phone,
    income_per_head_fen
FROM raw.household
WHERE delivery_id = %(delivery_id)s
