-- What came of a rule across sources.
-- Grain: banner, month and rule. Inputs: values. Rerun: replaces the row.
INSERT INTO ops.across_result (region_code, month, rule_id, severity, outcome, observed, bound, evaluated_at)
VALUES (%(region_code)s, %(month)s, %(rule_id)s, %(severity)s, %(outcome)s, %(observed)s, %(bound)s, clock_timestamp())
ON CONFLICT (region_code, month, rule_id) DO UPDATE
    SET
        severity = excluded.severity,
        outcome = excluded.outcome,
        observed = excluded.observed,
        bound = excluded.bound,
        evaluated_at = excluded.evaluated_at;
