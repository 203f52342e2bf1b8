-- What the rules on the whole file see of vacancy: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.vacancy, exact repeats included. Inputs: raw.vacancy. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    vacancy_code,
    region_code,
    credit_code,
    employer_name,
    occupation,
    skill_level,
    work_county_code,
    places,
    filled_places,
    monthly_wage_fen,
    season_from_on,
    season_to_on,
    collected_on,
    reported_on,
    published_on,
    closed_on
FROM raw.vacancy
WHERE delivery_id = %(delivery_id)s
