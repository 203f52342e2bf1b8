-- Grain: one row per rule that a person has lifted for a delivery. Inputs: ops.approval. Rerun: reads only.
SELECT rule_id
FROM ops.approval
WHERE delivery_id = %(delivery_id)s AND decision = 'approved';
