-- Grain: one row: attempts made at one alert on one channel; -1 once it was sent. Inputs: ops.alert_delivery. Rerun: reads only.
SELECT CASE WHEN coalesce(bool_or(outcome = 'sent'), FALSE) THEN -1 ELSE coalesce(max(attempt), 0) END AS attempts
FROM ops.alert_delivery
WHERE alert_id = %(alert_id)s AND channel = %(channel)s;
