-- A rule as the suites state it now.
-- Grain: one rule. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.rule (rule_id, source, resource, owner, clause, severity, kind, rejects, why, fix, is_waivable, is_current)
VALUES (
    %(rule_id)s, %(source)s, %(resource)s, %(owner)s, %(clause)s, %(severity)s, %(kind)s, %(rejects)s, %(why)s, %(fix)s, %(is_waivable)s, true
)
ON CONFLICT (rule_id) DO UPDATE
SET
    source = excluded.source,
    resource = excluded.resource,
    owner = excluded.owner,
    clause = excluded.clause,
    severity = excluded.severity,
    kind = excluded.kind,
    rejects = excluded.rejects,
    why = excluded.why,
    fix = excluded.fix,
    is_waivable = excluded.is_waivable,
    is_current = true
