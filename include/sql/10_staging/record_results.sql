-- The outcomes of rules.
-- Grain: delivery, resource and rule. Inputs: values. Rerun: replaces the rows.
INSERT INTO ops.gate_result (
    delivery_id, resource, rule_id, severity, outcome, rows_evaluated, rows_failed, detail_zh, detail_en, observed, bound, rows_waived
)
SELECT
    %(delivery_id)s,
    found.resource,
    found.rule_id,
    found.severity,
    found.outcome,
    found.rows_evaluated,
    found.rows_failed,
    found.detail_zh,
    found.detail_en,
    found.observed,
    found.bound,
    found.rows_waived
FROM jsonb_populate_recordset(NULL::ops.gate_result, %(results)s::jsonb) AS found
ON CONFLICT (delivery_id, resource, rule_id) DO UPDATE
SET
    severity = excluded.severity,
    outcome = excluded.outcome,
    rows_evaluated = excluded.rows_evaluated,
    rows_failed = excluded.rows_failed,
    detail_zh = excluded.detail_zh,
    detail_en = excluded.detail_en,
    observed = excluded.observed,
    bound = excluded.bound,
    rows_waived = excluded.rows_waived,
    evaluated_at = now();
