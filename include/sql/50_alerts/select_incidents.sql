-- Grain: one row per incident, unresolved ones or all, worst first. Inputs: ops.incident, ops.region. Rerun: reads only.
SELECT
    incident.incident_id,
    incident.kind,
    incident.severity,
    incident.state,
    incident.owner,
    incident.source,
    incident.sender_code,
    incident.period,
    incident.delivery_id,
    responsible.region_name AS responsible,
    responsible.level,
    incident.title,
    incident.occurrences,
    incident.rows_in,
    incident.rows_affected,
    incident.run_url,
    incident.opened_at,
    incident.last_seen_at,
    incident.resolved_at
FROM ops.incident AS incident
INNER JOIN ops.region AS responsible ON incident.responsible_code = responsible.region_code
WHERE %(with_resolved)s OR incident.state <> 'resolved'
ORDER BY
    incident.state = 'resolved',
    array_position(ARRAY['critical', 'warning', 'info'], incident.severity),
    incident.opened_at,
    incident.incident_id;
