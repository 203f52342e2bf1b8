-- What the newest sighting says of an incident. Opened (again), it begins with the region it concerns; its clock starts.
-- Grain: one row. Inputs: ops.incident_event. Rerun: a sighting that is known changes nothing and returns no row.
UPDATE ops.incident AS incident
SET
    kind = %(kind)s,
    severity = %(severity)s,
    state = CASE WHEN %(is_news)s THEN 'open' ELSE state END,
    owner = %(owner)s,
    source = %(source)s,
    sender_code = %(sender_code)s,
    period = %(period)s,
    delivery_id = %(delivery_id)s,
    region_code = CASE WHEN %(is_opened)s THEN %(region_code)s ELSE region_code END,
    responsible_code = CASE WHEN %(is_opened)s THEN %(region_code)s ELSE responsible_code END,
    title = %(title)s,
    occurrences = occurrences + 1,
    rows_in = %(rows_in)s,
    rows_affected = %(rows_affected)s,
    run_url = coalesce(%(run_url)s, run_url),
    opened_at = CASE WHEN %(is_opened)s THEN %(now)s ELSE opened_at END,
    last_seen_at = %(now)s,
    clock_from = CASE WHEN %(is_opened)s THEN %(now)s ELSE clock_from END,
    resolved_at = NULL
WHERE
    incident.incident_id = %(incident_id)s
    AND NOT EXISTS (
        SELECT FROM ops.incident_event AS event
        WHERE event.incident_id = incident.incident_id AND event.occurrence_key = %(occurrence_key)s
    )
RETURNING occurrences;
