-- Grain: the village of a code, if the role sees it. Inputs: warehouse.dim_village. Rerun: reads only.
SELECT
    village_name,
    region_code
FROM warehouse.dim_village
WHERE village_code = %(village_code)s AND known_to = 'infinity'
ORDER BY region_code
LIMIT 1;
