-- Grain: one row per incident that was open. Inputs: none. Rerun: an acknowledged or resolved one is left alone and returns no row.
UPDATE ops.incident
SET
    state = 'acknowledged',
    clock_from = %(now)s
WHERE incident_id = %(incident_id)s AND state = 'open'
RETURNING kind;
