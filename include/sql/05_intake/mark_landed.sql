-- A delivery's rows are in raw.
-- Grain: one row. Inputs: ops.delivery_resource. Rerun: changes nothing once it is landed.
UPDATE ops.delivery
SET
    state = 'landed',
    landed_at = now(),
    rows_in = (
        SELECT sum(resource.rows_in)
        FROM ops.delivery_resource AS resource
        WHERE resource.delivery_id = %(delivery_id)s
    )
WHERE
    delivery_id = %(delivery_id)s
    AND state IN ('received', 'landed');
