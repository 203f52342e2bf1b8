-- A part's heartbeat; the other's begins now where it was never heard of.
-- Grain: one row per other part with its last heartbeat. Inputs: none. Rerun: moves the own heartbeat.
INSERT INTO ops.heartbeat (component, beat_at)
VALUES (%(component)s, %(now)s)
ON CONFLICT (component) DO UPDATE SET beat_at = excluded.beat_at;

INSERT INTO ops.heartbeat (component, beat_at)
VALUES ('airflow', %(now)s), ('watcher', %(now)s)
ON CONFLICT (component) DO NOTHING;

SELECT
    component,
    beat_at
FROM ops.heartbeat
WHERE component <> %(component)s;
