-- Rows of a resource that are to be judged or repeat another exactly, expected keys that none names, and rows that the file has.
-- Grain: one row. Inputs: staging.duplicate, staging.absent, ops.delivery_resource. Rerun: reads only.
SELECT
    (SELECT count(*) FROM staging.duplicate WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s) AS duplicate,
    (
        SELECT count(*) FROM staging.absent WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s AND is_expected
    ) AS absent,
    (SELECT rows_in FROM ops.delivery_resource WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s) AS delivered;
