-- In how many rows a column differs.
-- Grain: delivery, resource and column. Inputs: values. Rerun: after record_difference.sql.
INSERT INTO ops.difference_column (delivery_id, resource, column_name, rows_changed)
VALUES (%(delivery_id)s, %(resource)s, %(column_name)s, %(rows_changed)s)
