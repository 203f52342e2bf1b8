-- Grain: one row per thing that happened to an incident, as the incident stands after it. Inputs: ops.incident. Rerun: a sighting that is
-- known is an error.
INSERT INTO ops.incident_event (
    incident_id, event, kind, occurrence_key, delivery_id, responsible_code, actor, note, happened_at
)
SELECT
    incident.incident_id,
    %(event)s,
    %(kind)s,
    %(occurrence_key)s,
    %(delivery_id)s,
    incident.responsible_code,
    %(actor)s,
    %(note)s,
    %(now)s
FROM ops.incident AS incident
WHERE incident.incident_id = %(incident_id)s
RETURNING incident_event_id;
