-- The delivery's counts and the rules it was judged under; gated when nothing on the whole stands against it.
-- Grain: one row. Inputs: ops.delivery_resource. Rerun: replaces the counts.
UPDATE ops.delivery AS delivery
SET
    state = CASE WHEN %(is_gated)s THEN 'gated' ELSE delivery.state END,
    gated_at = CASE WHEN %(is_gated)s THEN now() ELSE delivery.gated_at END,
    rule_set_digest = %(digest)s,
    rows_in = counted.rows_in,
    rows_accepted = counted.rows_accepted,
    rows_quarantined = counted.rows_quarantined,
    rows_duplicate = counted.rows_duplicate,
    rows_unchanged = counted.rows_unchanged
FROM (
    SELECT
        sum(rows_in) AS rows_in,
        sum(rows_accepted) AS rows_accepted,
        sum(rows_quarantined) AS rows_quarantined,
        sum(rows_duplicate) AS rows_duplicate,
        sum(rows_unchanged) AS rows_unchanged
    FROM ops.delivery_resource
    WHERE delivery_id = %(delivery_id)s
) AS counted
WHERE delivery.delivery_id = %(delivery_id)s;
