-- A waiver is granted.
-- Grain: one row. Inputs: values. Rerun: each run inserts.
INSERT INTO ops.waiver (rule_id, sender_code, region_code, period, reason, owner, valid_from, expires_on, granted_by)
VALUES (
    %(rule_id)s, %(sender_code)s, %(region_code)s, %(period)s, %(reason)s, %(owner)s, %(valid_from)s, %(expires_on)s,
    %(granted_by)s
)
RETURNING waiver_id;
