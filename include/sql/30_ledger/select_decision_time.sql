-- Grain: one row: the time of decisions made now, later than those made before. Inputs: ledger.decision. Rerun: reads only.
SELECT greatest(clock_timestamp(), max(decided_at) + interval '1 microsecond') AS decided_at FROM ledger.decision;
