-- Grain: one row: alerts of the last seven days that no channel has taken. Inputs: ops.alert, ops.alert_delivery. Rerun: reads only.
SELECT count(*) AS value
FROM ops.alert AS alert
WHERE
    alert.raised_at >= now() - interval '7 days'
    AND NOT EXISTS (
        SELECT FROM ops.alert_delivery AS attempt
        WHERE attempt.alert_id = alert.alert_id AND attempt.outcome = 'sent'
    );
