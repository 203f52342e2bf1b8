-- Grain: one row per unresolved incident of a task, named as `task_failed:dag.task:`. Inputs: ops.incident. Rerun: reads only.
SELECT
    incident_id,
    last_seen_at
FROM ops.incident
WHERE state <> 'resolved' AND kind = 'task_failed' AND starts_with(cause_key, %(task)s)
ORDER BY incident_id;
