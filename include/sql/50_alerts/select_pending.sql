-- Grain: one row per alert that a channel has not accepted yet, with what decides where it goes.
-- Inputs: ops.alert, ops.alert_delivery, ops.incident, ops.incident_event, ops.region. Rerun: reads only.
-- Alerts never tried come first, so that one that always fails does not hold up the others.
WITH attempts AS (
    SELECT
        attempt.alert_id,
        max(attempt.attempt) AS attempts,
        max(attempt.attempted_at) AS attempted_at,
        bool_or(attempt.outcome = 'sent') AS is_sent
    FROM ops.alert_delivery AS attempt
    INNER JOIN ops.alert AS alert ON attempt.alert_id = alert.alert_id
    WHERE attempt.channel = %(channel)s AND alert.raised_at >= %(since)s
    GROUP BY attempt.alert_id
)

SELECT
    alert.alert_id,
    alert.cause_key,
    event.event,
    alert.severity,
    coalesce(incident.severity, alert.severity) AS worst,
    incident.owner,
    responsible.level,
    array_remove(ARRAY[region.region_code, region.parent_code, league.parent_code], NULL) AS regions,
    alert.title,
    alert.body,
    coalesce(attempts.attempts, 0) AS attempts,
    attempts.attempted_at
FROM ops.alert AS alert
LEFT JOIN attempts ON alert.alert_id = attempts.alert_id
LEFT JOIN ops.incident_event AS event ON alert.incident_event_id = event.incident_event_id
LEFT JOIN ops.incident AS incident ON event.incident_id = incident.incident_id
LEFT JOIN ops.region AS responsible ON event.responsible_code = responsible.region_code
LEFT JOIN ops.region AS region ON incident.region_code = region.region_code
LEFT JOIN ops.region AS league ON region.parent_code = league.region_code
WHERE alert.raised_at >= %(since)s AND NOT coalesce(attempts.is_sent, FALSE)
ORDER BY
    coalesce(attempts.attempts, 0),
    array_position(ARRAY['critical', 'warning', 'info'], alert.severity),
    alert.alert_id;
