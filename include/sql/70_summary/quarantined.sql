-- Grain: one row per resource and rule; a row that broke two rules counts under both. Inputs: quarantine.row. Rerun: reads only.
SELECT
    resource,
    rule_id,
    count(*) AS rows_failed
FROM quarantine.row
CROSS JOIN LATERAL unnest(rule_ids) AS broken (rule_id)
GROUP BY resource, rule_id
ORDER BY rows_failed DESC, resource ASC, rule_id ASC;
