-- Record how a resource of a delivery was landed.
-- Grain: one row per delivery and resource. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.delivery_resource (delivery_id, resource, file_name, file_format, encoding, landing_path, rows_in)
VALUES (
    %(delivery_id)s, %(resource)s, %(file_name)s, %(file_format)s, %(encoding)s, %(landing_path)s, %(rows_in)s
)
ON CONFLICT (delivery_id, resource) DO UPDATE
    SET
        file_name = excluded.file_name,
        file_format = excluded.file_format,
        encoding = excluded.encoding,
        landing_path = excluded.landing_path,
        rows_in = excluded.rows_in;
