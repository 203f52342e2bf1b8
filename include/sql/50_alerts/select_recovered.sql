-- Grain: one row per unresolved incident whose cause is over. Inputs: ops.incident, ops.delivery, ops.publication, ops.alert_delivery,
-- ops.heartbeat, ops.region, ops.across_result. Rerun: reads only.
-- Failed tasks are not among them: a task that goes well tells of itself.
SELECT
    incident.incident_id,
    incident.last_seen_at
FROM ops.incident AS incident
LEFT JOIN ops.region AS root ON root.level = 'region'
WHERE
    incident.state <> 'resolved'
    AND CASE
        -- The region's own agency delivers for everyone; where everyone delivers alone, it owes nothing.
        WHEN incident.kind = 'delivery_late' THEN EXISTS (
            SELECT FROM ops.delivery AS delivery
            WHERE
                delivery.source = incident.source AND delivery.period = incident.period
                AND (delivery.sender_code IN (incident.sender_code, root.region_code) OR incident.sender_code = root.region_code)
        )
        -- A later delivery of the month went through, and the gate had nothing to say of it: else it would be the incident's own.
        WHEN incident.kind IN ('delivery_rejected', 'delivery_uncorrected', 'gate_failed', 'gate_warning') THEN EXISTS (
            SELECT FROM ops.publication AS publication
            WHERE
                publication.source = incident.source AND publication.sender_code = incident.sender_code
                AND publication.period = incident.period AND publication.delivery_id > incident.delivery_id
        )
        WHEN incident.kind = 'sources_disagree' THEN NOT EXISTS (
            SELECT FROM ops.across_result AS result
            INNER JOIN ops.region AS banner ON result.region_code = banner.region_code
            WHERE
                banner.sender_code = incident.sender_code AND result.month = incident.period
                AND result.outcome IN ('warn', 'fail', 'error')
        )
        WHEN incident.kind = 'delivery_stuck' THEN EXISTS (
            SELECT FROM ops.delivery AS delivery
            WHERE delivery.delivery_id = incident.delivery_id AND delivery.state IN ('published', 'rejected')
        )
        WHEN incident.kind = 'alert_undeliverable' THEN EXISTS (
            SELECT FROM ops.alert_delivery AS attempt
            WHERE
                incident.cause_key IN (
                    'alert_undeliverable:' || attempt.channel,
                    'alert_undeliverable:' || attempt.channel || ':' || attempt.alert_id
                )
                AND attempt.outcome = 'sent' AND attempt.attempted_at > incident.last_seen_at
        )
        WHEN incident.kind IN ('airflow_silent', 'watcher_silent') THEN EXISTS (
            SELECT FROM ops.heartbeat AS heartbeat
            WHERE incident.kind = heartbeat.component || '_silent' AND heartbeat.beat_at > incident.last_seen_at
        )
        ELSE FALSE
    END
ORDER BY incident.incident_id;
