-- The rules that a delivery broke, the gravest first: what keeps all of it out, what keeps most rows out, what only warns.
-- Grain: one row per resource and rule; rows_alone counts the rows that nothing else keeps out.
-- Inputs: ops.gate_result, quarantine.row. Rerun: reads only.
WITH found AS (
    SELECT
        resource,
        rule_id,
        severity,
        outcome,
        rows_evaluated,
        rows_failed,
        detail_zh
    FROM ops.gate_result
    WHERE delivery_id = %(delivery_id)s AND outcome IN ('warn', 'fail', 'error')
),

only_reason AS (
    SELECT
        rejected.resource,
        rejected.line_no,
        min(broken.rule_id) AS rule_id
    FROM quarantine.row AS rejected
    CROSS JOIN LATERAL unnest(rejected.rule_ids) AS broken (rule_id)
    INNER JOIN found
        ON found.resource = rejected.resource AND found.rule_id = broken.rule_id AND found.severity = 'critical'
    WHERE rejected.delivery_id = %(delivery_id)s
    GROUP BY rejected.resource, rejected.line_no
    HAVING count(*) = 1
),

alone AS (
    SELECT
        resource,
        rule_id,
        count(*) AS rows_alone
    FROM only_reason
    GROUP BY resource, rule_id
)

SELECT
    found.resource,
    found.rule_id,
    found.outcome,
    found.rows_evaluated,
    found.rows_failed,
    coalesce(alone.rows_alone, 0) AS rows_alone,
    found.detail_zh
FROM found
LEFT JOIN alone ON found.resource = alone.resource AND found.rule_id = alone.rule_id
ORDER BY
    array_position(ARRAY['error', 'fail', 'warn'], found.outcome) ASC,
    found.rows_failed DESC NULLS FIRST,
    found.resource ASC,
    found.rule_id ASC;
