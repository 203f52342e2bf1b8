-- Warn of columns that the contract does not know.
-- Grain: one row per delivery and resource. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.gate_result (delivery_id, resource, rule_id, severity, outcome, rows_failed, detail_zh, detail_en)
VALUES (
    %(delivery_id)s, %(resource)s, 'delivery.header', 'warning', 'warn', 0,
    '有 ' || %(ignored)s::text || ' 列不在合同之列，未读取',
    %(ignored)s::text || ' columns are not in the contract and were not read'
)
ON CONFLICT (delivery_id, resource, rule_id) DO UPDATE
    SET
        severity = excluded.severity,
        outcome = excluded.outcome,
        rows_failed = excluded.rows_failed,
        detail_zh = excluded.detail_zh,
        detail_en = excluded.detail_en,
        evaluated_at = now();
