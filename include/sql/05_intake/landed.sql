-- How the resources of a delivery were landed.
-- Grain: one row per resource. Inputs: ops.delivery_resource, raw.bad_line. Rerun: reads only.
SELECT
    resource.resource,
    resource.rows_in,
    resource.landing_path,
    resource.encoding,
    (
        SELECT count(*)
        FROM raw.bad_line AS bad
        WHERE
            bad.delivery_id = resource.delivery_id
            AND bad.resource = resource.resource
    ) AS bad_lines
FROM ops.delivery_resource AS resource
WHERE resource.delivery_id = %(delivery_id)s;
