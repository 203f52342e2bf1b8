-- The results of suites as Great Expectations would have written them.
-- Grain: delivery and resource. Inputs: values. Rerun: replaces the rows.
INSERT INTO ops.validation_result (delivery_id, resource, result)
SELECT
    %(delivery_id)s,
    found.resource,
    found.result
FROM jsonb_populate_recordset(NULL::ops.validation_result, %(results)s::jsonb) AS found
ON CONFLICT (delivery_id, resource) DO UPDATE
SET result = excluded.result;
