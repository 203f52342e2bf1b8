-- Grain: one row per region, league or banner and month (C2.3). Inputs: mart.indicator_value, ops.region. Rerun: replaces the month.
DELETE FROM mart.last_year_migrants
WHERE month = %(month)s::date;

INSERT INTO mart.last_year_migrants (
    region_code, region_name, level, month, listed_persons, out_again, working_locally, not_out_willing, not_out_unwilling, cannot_go,
    lost_contact, new_this_year
)
WITH counted AS (
    SELECT
        figure.place_code,
        figure.indicator || ' ' || figure.part AS part,
        figure.counted
    FROM mart.indicator_value AS figure
    CROSS JOIN LATERAL ops.indicator_at(figure.indicator, figure.month) AS in_force
    WHERE
        figure.month = %(month)s::date AND figure.version = in_force.version
        AND figure.indicator IN ('last_year_migrants', 'new_out_migrants')
)

SELECT
    region.region_code,
    region.region_name,
    region.level,
    %(month)s::date AS month,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants all'), 0) AS listed_persons,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants out_again'), 0) AS out_again,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants working_locally'), 0) AS working_locally,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants not_out_willing'), 0) AS not_out_willing,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants not_out_unwilling'), 0) AS not_out_unwilling,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants cannot_go'), 0) AS cannot_go,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'last_year_migrants lost_contact'), 0) AS lost_contact,
    coalesce(max(counted.counted) FILTER (WHERE counted.part = 'new_out_migrants all'), 0) AS new_this_year
FROM ops.region AS region
LEFT JOIN counted ON region.region_code = counted.place_code
GROUP BY region.region_code, region.region_name, region.level;
