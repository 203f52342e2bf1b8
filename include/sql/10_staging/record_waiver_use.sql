-- A waiver let rows of a delivery pass.
-- Grain: delivery and waiver. Inputs: values. Rerun: after the delivery's rows were deleted.
INSERT INTO ops.waiver_use (delivery_id, waiver_id, row_count)
VALUES (%(delivery_id)s, %(waiver_id)s, %(row_count)s)
