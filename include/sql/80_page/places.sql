-- Grain: one row per region, league or banner that the role sees, from the top, in order of code.
-- Inputs: ops.visible_region, ops.region. Rerun: reads only.
SELECT
    region.region_code,
    region.region_name,
    region.level,
    region.parent_code,
    region.sender_code
FROM ops.visible_region AS visible
INNER JOIN ops.region AS region ON visible.region_code = region.region_code
ORDER BY region.level = 'region' DESC, region.level = 'league' DESC, region.region_code ASC;
