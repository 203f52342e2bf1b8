-- Grain: one row per channel and outcome. Inputs: ops.alert_delivery. Rerun: reads only.
SELECT
    channel,
    outcome,
    count(*) AS value
FROM ops.alert_delivery
GROUP BY channel, outcome
ORDER BY channel, outcome;
