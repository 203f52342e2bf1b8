-- Lines of a resource that could not be split.
-- Grain: one row. Inputs: raw.bad_line. Rerun: reads only.
SELECT count(*)
FROM raw.bad_line
WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s;
