-- The incident of a cause, made where there is none, and held until the transaction ends.
-- Grain: one row. Inputs: none. Rerun: the same cause adds nothing.
INSERT INTO ops.incident (
    cause_key, kind, severity, owner, region_code, responsible_code, title, opened_at, last_seen_at, clock_from
)
VALUES (
    %(cause_key)s, %(kind)s, %(severity)s, %(owner)s, %(region_code)s, %(region_code)s, %(title)s, %(now)s, %(now)s, %(now)s
)
ON CONFLICT (cause_key) DO NOTHING;

SELECT
    incident_id,
    kind,
    severity,
    state,
    occurrences
FROM ops.incident
WHERE cause_key = %(cause_key)s
FOR UPDATE;
