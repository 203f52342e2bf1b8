-- Grain: one row per village that a household or a PV station names. Inputs: dim_household, dim_pv_station (as known now).
-- Rerun: supersedes what differs. A village is named as by those who named it last; it stays while a month is known that names it.
CREATE TEMPORARY TABLE village_now ON COMMIT DROP AS
WITH named AS (
    SELECT
        household.village_code,
        household.region_code,
        household.village_name,
        FALSE AS has_pv_share,
        household.valid_to,
        count(*) AS times
    FROM warehouse.dim_household AS household
    WHERE household.known_to = 'infinity'
    GROUP BY household.village_code, household.region_code, household.village_name, household.valid_to
    UNION ALL
    SELECT
        station.village_code,
        station.region_code,
        station.village_name,
        TRUE AS has_pv_share,
        station.valid_to,
        count(*) AS times
    FROM warehouse.dim_pv_station AS station
    WHERE station.known_to = 'infinity'
    GROUP BY station.village_code, station.region_code, station.village_name, station.valid_to
),

last_named AS (
    SELECT
        village_code,
        region_code,
        village_name,
        sum(times) AS times,
        bool_or(has_pv_share) AS has_pv_share
    FROM (
        SELECT
            named.*,
            named.valid_to = max(named.valid_to) OVER (PARTITION BY named.village_code, named.region_code) AS is_last
        FROM named
    ) AS ranked
    WHERE is_last
    GROUP BY village_code, region_code, village_name
)

SELECT DISTINCT ON (village_code, region_code)
    village_code,
    region_code,
    village_name,
    bool_or(has_pv_share) OVER (PARTITION BY village_code, region_code) AS has_pv_share
FROM last_named
ORDER BY village_code ASC, region_code ASC, times DESC, village_name ASC;

UPDATE warehouse.dim_village AS known
SET known_to = %(known_from)s::timestamptz
WHERE
    known.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM village_now
        WHERE
            village_now.village_code = known.village_code AND village_now.region_code = known.region_code
            AND village_now.village_name = known.village_name AND village_now.has_pv_share = known.has_pv_share
    );

INSERT INTO warehouse.dim_village (village_code, region_code, village_name, has_pv_share, known_from, known_to)
SELECT
    village_now.village_code,
    village_now.region_code,
    village_now.village_name,
    village_now.has_pv_share,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM village_now
WHERE NOT EXISTS (
    SELECT FROM warehouse.dim_village AS known
    WHERE
        known.village_code = village_now.village_code AND known.region_code = village_now.region_code
        AND known.known_to = 'infinity'
);

DROP TABLE village_now;
