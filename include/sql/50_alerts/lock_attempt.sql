-- Grain: one row: whether this transaction alone may send the alert to the channel. Inputs: none. Rerun: the lock ends with the transaction.
SELECT pg_try_advisory_xact_lock(hashtextextended('steppe.alert ' || %(alert_id)s || ' ' || %(channel)s, 0)) AS is_held;
