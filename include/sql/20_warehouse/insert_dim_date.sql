-- Grain: one row per day of the years from the one before the first to the one after the last that a publication or a target speaks of.
-- Inputs: ops.publication, ops.target. Rerun: adds the days that are missing.
WITH span AS (
    SELECT
        min(spoken.year) - 1 AS first_year,
        max(spoken.year) + 1 AS last_year
    FROM (
        SELECT extract(YEAR FROM publication.period)::integer AS year FROM ops.publication AS publication
        UNION
        SELECT target.year FROM ops.target AS target
    ) AS spoken
)

INSERT INTO warehouse.dim_date (day, month, quarter, year, month_of_year, weekday, is_month_end)
SELECT
    day.value::date AS day,
    date_trunc('month', day.value)::date AS month,
    extract(QUARTER FROM day.value)::smallint AS quarter,
    extract(YEAR FROM day.value)::smallint AS year,
    extract(MONTH FROM day.value)::smallint AS month_of_year,
    extract(ISODOW FROM day.value)::smallint AS weekday,
    extract(DAY FROM day.value + interval '1 day') = 1 AS is_month_end
FROM span
CROSS JOIN generate_series(make_date(span.first_year, 1, 1), make_date(span.last_year, 12, 31), interval '1 day') AS day (value)
ON CONFLICT (day) DO NOTHING;
