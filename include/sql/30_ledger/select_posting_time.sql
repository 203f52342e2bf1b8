-- Grain: one row: the time of the next batch, later than that of every batch before. Inputs: ledger.seal. Rerun: reads only.
SELECT greatest(clock_timestamp(), max(posted_at) + interval '1 microsecond') AS posted_at FROM ledger.seal;
