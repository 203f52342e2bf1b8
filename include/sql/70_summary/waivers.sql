-- Grain: one row per waiver with the rows that it let through. Inputs: ops.waiver, ops.waiver_use. Rerun: reads only.
WITH used AS (
    SELECT
        waiver_id,
        sum(row_count)::bigint AS rows_waived
    FROM ops.waiver_use
    GROUP BY waiver_id
)

SELECT
    waiver.waiver_id,
    waiver.rule_id,
    concat_ws(' ', waiver.sender_code, waiver.region_code, to_char(waiver.period, 'YYYY-MM')) AS scope,
    waiver.valid_from,
    waiver.expires_on,
    waiver.owner,
    waiver.reason,
    CASE
        WHEN in_force.waiver_id IS NOT NULL THEN 'in force'
        WHEN ended.waiver_id IS NOT NULL THEN 'ended'
        ELSE 'expired'
    END AS state,
    coalesce(used.rows_waived, 0) AS rows_waived
FROM ops.waiver AS waiver
LEFT JOIN ops.waiver_in_force AS in_force ON waiver.waiver_id = in_force.waiver_id
LEFT JOIN ops.waiver_end AS ended ON waiver.waiver_id = ended.waiver_id
LEFT JOIN used ON waiver.waiver_id = used.waiver_id
ORDER BY waiver.waiver_id;
