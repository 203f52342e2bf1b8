-- The waivers that let rows of a delivery pass.
-- Grain: one row per waiver. Inputs: ops.waiver_use, ops.waiver. Rerun: reads only.
SELECT
    waiver.waiver_id,
    waiver.rule_id,
    used.row_count,
    waiver.owner,
    waiver.reason,
    waiver.expires_on
FROM ops.waiver_use AS used
INNER JOIN ops.waiver AS waiver ON used.waiver_id = waiver.waiver_id
WHERE used.delivery_id = %(delivery_id)s
ORDER BY waiver.waiver_id;
