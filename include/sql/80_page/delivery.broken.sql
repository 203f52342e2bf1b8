-- Grain: one row per rule that a delivery did not pass. Inputs: ops.gate_result, ops.visible_delivery. Rerun: reads only.
SELECT
    result.resource,
    result.rule_id,
    result.severity,
    result.outcome,
    result.rows_evaluated,
    result.rows_failed,
    result.detail_zh,
    result.detail_en
FROM ops.gate_result AS result
INNER JOIN ops.visible_delivery AS delivery ON result.delivery_id = delivery.delivery_id
WHERE delivery.delivery_id = ops.to_int_or_null(%(id)s) AND result.outcome <> 'pass'
ORDER BY result.severity ASC, result.rows_failed DESC, result.rule_id ASC;
