-- Grain: one row: whether a publication is under way, so that a number lower than the last one seen may still appear.
-- Inputs: pg_locks. Rerun: reads only.
SELECT count(*) > 0 AS is_publishing
FROM pg_locks
INNER JOIN pg_database ON pg_locks.database = pg_database.oid
WHERE
    pg_locks.relation = 'ops.publication'::regclass
    AND pg_database.datname = current_database()
    AND pg_locks.mode = 'RowExclusiveLock'
    AND pg_locks.granted
    AND pg_locks.pid <> pg_backend_pid();
