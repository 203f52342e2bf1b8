-- Whose time is up hands over to the next level: banner, league, region. One level at a time; each gets a time of its own.
-- Grain: one row per incident that moves. Inputs: ops.region. Rerun: moves nothing until the time is up again.
UPDATE ops.incident AS incident
SET
    responsible_code = upper.region_code,
    clock_from = %(now)s,
    state = 'open'
FROM ops.region AS responsible
INNER JOIN ops.region AS upper ON responsible.parent_code = upper.region_code
WHERE
    incident.state <> 'resolved'
    AND incident.responsible_code = responsible.region_code
    AND incident.clock_from <= %(now)s - CASE incident.severity
        WHEN 'critical' THEN %(critical)s::interval
        WHEN 'warning' THEN %(warning)s::interval
    END
RETURNING
    incident.incident_id,
    incident.kind,
    incident.severity,
    incident.owner,
    incident.cause_key,
    incident.source,
    incident.sender_code,
    incident.period,
    incident.delivery_id,
    incident.title,
    incident.occurrences,
    incident.opened_at,
    upper.region_name,
    upper.level;
