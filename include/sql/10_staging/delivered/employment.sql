-- What the rules on the whole file see of employment: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.employment, exact repeats included. Inputs: raw.employment. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    spell_id,
    id_number,
    region_code,
    started_on,
    ended_on,
    work_place_class,
    work_region_code,
    employer_name,
    employer_uscc,
    industry,
    channel,
    is_organised,
    contract_signed_on,
    monthly_wage_fen,
    verification,
    verified_on
FROM raw.employment
WHERE delivery_id = %(delivery_id)s
