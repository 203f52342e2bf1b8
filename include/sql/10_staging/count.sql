-- Rows of a resource in raw, how many of them repeat another exactly, and how many the file has.
-- Grain: one row. Inputs: staging.seen, staging.duplicate, ops.delivery_resource. Rerun: reads only.
SELECT
    (SELECT count(*) FROM staging.seen WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s AND stream >= 0) AS seen,
    (SELECT count(*) FROM staging.duplicate WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s) AS duplicate,
    (SELECT rows_in FROM ops.delivery_resource WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s) AS delivered;
