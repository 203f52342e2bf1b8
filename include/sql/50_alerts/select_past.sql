-- How a channel did lately: attempts that failed since it last took something, and when it was last tried. A list is one attempt.
-- Grain: one row. Inputs: ops.alert_delivery. Rerun: reads only.
WITH taken AS (
    SELECT coalesce(max(alert_delivery_id), 0) AS sent_id
    FROM ops.alert_delivery
    WHERE channel = %(channel)s AND outcome = 'sent'
)

SELECT
    count(DISTINCT attempt.attempted_at) FILTER (WHERE attempt.alert_delivery_id > taken.sent_id) AS failures,
    max(attempt.attempted_at) AS attempted_at
FROM taken
LEFT JOIN ops.alert_delivery AS attempt
    ON attempt.channel = %(channel)s AND attempt.attempted_at >= %(since)s;
