-- Grain: one row per severity: since when its oldest unresolved incident is open. Inputs: ops.incident. Rerun: reads only.
SELECT
    severity,
    extract(EPOCH FROM min(opened_at)) AS value
FROM ops.incident
WHERE state <> 'resolved'
GROUP BY severity
ORDER BY severity;
