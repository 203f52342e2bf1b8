-- Grain: one row per village that a household or a PV station names. Inputs: dim_household, dim_pv_station (as known now, holding now).
-- Rerun: supersedes what differs. A village that nobody names any more stays: facts of earlier months refer to it.
CREATE TEMPORARY TABLE village_now ON COMMIT DROP AS
SELECT
    named.village_code,
    named.region_code,
    mode() WITHIN GROUP (ORDER BY named.village_name) AS village_name,
    bool_or(named.has_pv_share) AS has_pv_share
FROM (
    SELECT
        household.village_code,
        household.region_code,
        household.village_name,
        FALSE AS has_pv_share
    FROM warehouse.dim_household AS household
    WHERE household.known_to = 'infinity' AND household.valid_to = 'infinity'
    UNION ALL
    SELECT
        station.village_code,
        station.region_code,
        station.village_name,
        TRUE AS has_pv_share
    FROM warehouse.dim_pv_station AS station
    WHERE station.known_to = 'infinity' AND station.valid_to = 'infinity'
) AS named
GROUP BY named.village_code, named.region_code;

UPDATE warehouse.dim_village AS known
SET known_to = %(known_from)s::timestamptz
FROM village_now
WHERE
    known.village_code = village_now.village_code AND known.region_code = village_now.region_code
    AND known.known_to = 'infinity'
    AND (known.village_name <> village_now.village_name OR known.has_pv_share <> village_now.has_pv_share);

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
