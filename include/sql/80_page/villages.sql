-- Grain: one row per village of a banner, by name. Inputs: warehouse.dim_village. Rerun: reads only.
SELECT
    village_code,
    village_name
FROM warehouse.dim_village
WHERE region_code = %(region_code)s AND known_to = 'infinity'
ORDER BY village_name, village_code;
