-- Grain: one row per banner and person drawn to be called, of a month (C7.4). Inputs: mart.list_employed, ops.parameter.
-- Rerun: adds the banners that have no draw for the month; a draw that was made stands, or calls would be made for a chosen result.
-- The order of the draw is that of a hash over seed, month and person: the same list and seed give the same draw.
INSERT INTO mart.callback_sample (month, region_code, person_key, draw_no, population, seed)
WITH shuffled AS (
    SELECT
        employed.region_code,
        employed.person_key,
        seed.value AS seed,
        size.value::integer AS wanted,
        row_number() OVER (
            PARTITION BY employed.region_code
            ORDER BY sha256(convert_to(concat_ws('|', seed.value, employed.month, employed.person_key), 'UTF8')), employed.person_key
        ) AS draw_no,
        count(*) OVER (PARTITION BY employed.region_code) AS population
    FROM mart.list_employed AS employed
    CROSS JOIN ops.parameter_at('callback_sample_seed', %(region_code)s, %(month)s::date) AS seed
    CROSS JOIN ops.parameter_at('callback_sample_persons', %(region_code)s, %(month)s::date) AS size
    WHERE employed.month = %(month)s::date
)

SELECT
    %(month)s::date AS month,
    shuffled.region_code,
    shuffled.person_key,
    shuffled.draw_no,
    shuffled.population,
    shuffled.seed
FROM shuffled
WHERE
    shuffled.draw_no <= shuffled.wanted
    AND NOT EXISTS (
        SELECT FROM mart.callback_sample AS drawn
        WHERE drawn.month = %(month)s::date AND drawn.region_code = shuffled.region_code
    );
