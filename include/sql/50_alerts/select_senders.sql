-- Grain: one row per region code with its name. Inputs: ops.region. Rerun: reads only.
SELECT
    region_code,
    region_name
FROM ops.region;
