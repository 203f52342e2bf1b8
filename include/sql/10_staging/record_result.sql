-- The outcome of one rule.
-- Grain: delivery, resource and rule. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.gate_result (
    delivery_id, resource, rule_id, severity, outcome, rows_evaluated, rows_failed, detail_zh, detail_en, observed, bound, rows_waived
)
VALUES (
    %(delivery_id)s, %(resource)s, %(rule_id)s, %(severity)s, %(outcome)s, %(rows_evaluated)s, %(rows_failed)s,
    %(detail_zh)s, %(detail_en)s, %(observed)s, %(bound)s,
    %(rows_waived)s
)
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
    evaluated_at = now()
