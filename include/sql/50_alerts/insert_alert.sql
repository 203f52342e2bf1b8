-- Grain: one alert, for one event of an incident. Inputs: none. Rerun: a second one for the same event is an error.
INSERT INTO ops.alert (
    kind, severity, cause_key, source, sender_code, period, delivery_id, title, body, incident_event_id, raised_at
)
VALUES (
    %(kind)s, %(severity)s, %(cause_key)s, %(source)s, %(sender_code)s, %(period)s, %(delivery_id)s, %(title)s, %(body)s,
    %(incident_event_id)s, %(now)s
)
RETURNING alert_id;
