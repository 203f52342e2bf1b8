-- Grain: one row: alerts that a channel refused as often as it may be asked. Inputs: ops.alert, ops.alert_delivery. Rerun: reads only.
WITH final AS (
    SELECT alert_delivery.alert_id
    FROM ops.alert_delivery AS alert_delivery
    INNER JOIN ops.alert AS alert ON alert_delivery.alert_id = alert.alert_id
    WHERE alert_delivery.channel = %(channel)s AND alert.raised_at >= %(since)s
    GROUP BY alert_delivery.alert_id
    HAVING max(alert_delivery.attempt) >= %(max_attempts)s AND NOT bool_or(alert_delivery.outcome = 'sent')
)

SELECT count(*) AS alerts FROM final;
