-- Grain: one row per region, league and banner. Inputs: ops.region. Rerun: changes what differs.
INSERT INTO warehouse.dim_region (region_code, region_name, level, league_code, league_name, sender_code)
SELECT
    region.region_code,
    region.region_name,
    region.level,
    league.region_code AS league_code,
    league.region_name AS league_name,
    region.sender_code
FROM ops.region AS region
LEFT JOIN ops.region AS league
    ON league.level = 'league' AND league.region_code IN (region.region_code, region.parent_code)
ON CONFLICT (region_code) DO UPDATE
    SET
        region_name = excluded.region_name,
        level = excluded.level,
        league_code = excluded.league_code,
        league_name = excluded.league_name,
        sender_code = excluded.sender_code
    WHERE dim_region IS DISTINCT FROM excluded;
