-- Grain: one row: how many alerts were with a first receiver within each time of being raised, and the sum of all times.
-- Inputs: ops.alert, ops.alert_delivery. Rerun: reads only.
WITH told AS (
    SELECT extract(EPOCH FROM min(attempt.attempted_at) - alert.raised_at) AS seconds
    FROM ops.alert AS alert
    INNER JOIN ops.alert_delivery AS attempt ON alert.alert_id = attempt.alert_id
    WHERE attempt.outcome = 'sent'
    GROUP BY alert.alert_id
),

bound AS (
    SELECT unnest(ARRAY[1, 3, 10, 30, 100, 300, 1000, 3600, 'Infinity']::double precision[]) AS le
),

counted AS (
    SELECT
        bound.le,
        count(*) FILTER (WHERE told.seconds <= bound.le) AS alerts,
        sum(told.seconds) AS seconds
    FROM bound
    INNER JOIN told ON TRUE
    GROUP BY bound.le
)

SELECT
    array_agg(le ORDER BY le) AS bounds,
    array_agg(alerts ORDER BY le) AS counts,
    max(seconds) AS value
FROM counted
HAVING count(*) > 0;
