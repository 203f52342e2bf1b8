-- Grain: one row per kind, severity and state of unresolved incidents. Inputs: ops.incident. Rerun: reads only.
SELECT
    kind,
    severity,
    state,
    count(*) AS value
FROM ops.incident
WHERE state <> 'resolved'
GROUP BY kind, severity, state
ORDER BY kind, severity, state;
