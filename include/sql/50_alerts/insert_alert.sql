-- Grain: one alert. Inputs: none. Rerun: the same cause adds nothing and returns no row.
INSERT INTO ops.alert (kind, severity, cause_key, source, sender_code, period, delivery_id, title, body)
VALUES (
    %(kind)s, %(severity)s, %(cause_key)s, %(source)s, %(sender_code)s, %(period)s, %(delivery_id)s, %(title)s, %(body)s
)
ON CONFLICT (cause_key) DO NOTHING
RETURNING alert_id;
