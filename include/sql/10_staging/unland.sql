-- A delivery whose unlogged rows a crash has emptied is landed afresh.
-- Grain: one row. Inputs: values. Rerun: changes nothing.
UPDATE ops.delivery
SET
    state = 'received',
    landed_at = NULL
WHERE delivery_id = %(delivery_id)s AND state IN ('landed', 'gated');
