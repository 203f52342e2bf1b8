-- A file was made for a delivery's sender.
-- Grain: delivery and kind. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.delivery_report (delivery_id, kind, path)
VALUES (%(delivery_id)s, %(kind)s, %(path)s)
ON CONFLICT (delivery_id, kind) DO UPDATE
SET
    path = excluded.path,
    made_at = now();
