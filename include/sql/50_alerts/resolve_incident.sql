-- Grain: one row per incident that was not resolved. Inputs: none. Rerun: changes nothing and returns no row.
-- One that was seen again since it was found to be over stays as it is.
UPDATE ops.incident
SET
    state = 'resolved',
    resolved_at = %(now)s
WHERE
    incident_id = %(incident_id)s
    AND state <> 'resolved'
    AND (%(last_seen_at)s::timestamptz IS NULL OR last_seen_at = %(last_seen_at)s::timestamptz)
RETURNING
    incident_id,
    kind,
    severity,
    owner,
    cause_key,
    source,
    sender_code,
    period,
    delivery_id,
    title,
    occurrences,
    opened_at;
