-- A delivery goes back to its sender; one that is final already stays as it is.
-- Grain: one row. Inputs: values. Rerun: changes nothing.
UPDATE ops.delivery
SET
    state = 'rejected',
    rule_id = %(rule_id)s,
    reason_zh = %(zh)s,
    reason_en = %(en)s,
    finished_at = now()
WHERE delivery_id = %(delivery_id)s AND state IN ('received', 'landed', 'gated');
