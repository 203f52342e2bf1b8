-- Waivers that hold for a delivery's resource.
-- Grain: one row per waiver. Inputs: ops.waiver_in_force. Rerun: reads only.
SELECT
    waiver_id,
    rule_id,
    region_code,
    expires_on
FROM ops.waiver_in_force
WHERE
    rule_id = ANY(%(rule_ids)s)
    AND (sender_code IS NULL OR sender_code = %(sender_code)s)
    AND (period IS NULL OR period = %(period)s::date)
ORDER BY waiver_id;
