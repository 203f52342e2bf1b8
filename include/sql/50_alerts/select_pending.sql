-- Grain: one row per alert that a channel has not accepted yet and may still be offered. Inputs: ops.alert, ops.alert_delivery.
-- Rerun: reads only. Alerts never tried come first, so that one that always fails does not hold up the others.
WITH attempts AS (
    SELECT
        alert_id,
        max(attempt) AS attempts,
        max(attempted_at) AS attempted_at,
        bool_or(outcome = 'sent') AS is_sent
    FROM ops.alert_delivery
    WHERE channel = %(channel)s
    GROUP BY alert_id
)

SELECT
    alert.alert_id,
    alert.kind,
    alert.severity,
    alert.title,
    alert.body,
    coalesce(attempts.attempts, 0) AS attempts,
    attempts.attempted_at
FROM ops.alert AS alert
LEFT JOIN attempts ON alert.alert_id = attempts.alert_id
WHERE
    alert.raised_at >= %(since)s
    AND NOT coalesce(attempts.is_sent, FALSE)
    AND coalesce(attempts.attempts, 0) < %(max_attempts)s
ORDER BY
    coalesce(attempts.attempts, 0),
    array_position(ARRAY['critical', 'warning', 'info'], alert.severity),
    alert.alert_id;
