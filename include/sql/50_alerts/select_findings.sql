-- Grain: one row per rule that did not pass, most frequent first. Inputs: ops.gate_result. Rerun: reads only.
SELECT
    resource,
    rule_id,
    severity,
    outcome,
    coalesce(rows_evaluated, 0) AS rows_evaluated,
    coalesce(rows_failed, 0) AS rows_failed
FROM ops.gate_result
WHERE delivery_id = %(delivery_id)s AND outcome NOT IN ('pass', 'not_applicable')
ORDER BY coalesce(rows_failed, 0) DESC, rule_id;
