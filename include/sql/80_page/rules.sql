-- Title: 规则命中 | Rules
-- Group: quality 2
-- Order: severity, -rows_failed, rule_id, source
-- Grain: one row per rule that rows of a month's published deliveries broke (C7.3). Inputs: ops.gate_result, ops.visible_delivery.
-- Rerun: reads only.
SELECT
    result.rule_id,
    result.severity,
    delivery.source,
    result.resource,
    sum(result.rows_failed)::bigint AS rows_failed,
    sum(result.rows_evaluated)::bigint AS rows_evaluated,
    round(sum(result.rows_failed) * 100.0 / nullif(sum(result.rows_evaluated), 0), 2) AS failed_percent,
    count(DISTINCT delivery.delivery_id) AS deliveries,
    max(delivery.delivery_id) AS delivery_id
FROM ops.gate_result AS result
INNER JOIN ops.visible_delivery AS delivery ON result.delivery_id = delivery.delivery_id
WHERE delivery.period = %(month)s AND result.rows_failed > 0
GROUP BY result.rule_id, result.severity, delivery.source, result.resource
