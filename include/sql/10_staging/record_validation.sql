-- A suite's results as Great Expectations would have written them.
-- Grain: delivery and resource. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.validation_result (delivery_id, resource, result)
VALUES (%(delivery_id)s, %(resource)s, %(result)s::jsonb)
ON CONFLICT (delivery_id, resource) DO UPDATE
SET result = excluded.result
