-- Grain: one row per kind of alert. Inputs: ops.alert, ops.alert_delivery, ops.incident. Rerun: reads only.
WITH reached AS (
    SELECT
        alert.kind,
        count(DISTINCT attempt.alert_id) FILTER (WHERE attempt.outcome = 'sent') AS alerts_sent,
        count(*) FILTER (WHERE attempt.outcome = 'failed') AS failed_attempts,
        array_agg(DISTINCT attempt.channel) FILTER (WHERE attempt.outcome = 'sent') AS channels
    FROM ops.alert_delivery AS attempt
    INNER JOIN ops.alert AS alert ON attempt.alert_id = alert.alert_id
    GROUP BY alert.kind
),

unresolved AS (
    SELECT
        kind,
        count(*) AS incidents
    FROM ops.incident
    WHERE state <> 'resolved'
    GROUP BY kind
),

raised AS (
    SELECT
        kind,
        count(*) AS alerts
    FROM ops.alert
    GROUP BY kind
)

SELECT
    raised.kind,
    raised.alerts,
    coalesce(unresolved.incidents, 0) AS unresolved,
    coalesce(reached.alerts_sent, 0) AS alerts_sent,
    coalesce(reached.failed_attempts, 0) AS failed_attempts,
    coalesce(reached.channels, '{}') AS channels
FROM raised
LEFT JOIN reached ON raised.kind = reached.kind
LEFT JOIN unresolved ON raised.kind = unresolved.kind
ORDER BY raised.kind;
