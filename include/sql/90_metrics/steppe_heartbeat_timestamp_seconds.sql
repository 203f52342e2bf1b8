-- Grain: one row per part: when it was last at work. Inputs: ops.heartbeat. Rerun: reads only.
SELECT
    component,
    extract(EPOCH FROM beat_at) AS value
FROM ops.heartbeat
ORDER BY component;
