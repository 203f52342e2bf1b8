-- The time of the last decision is asked for before every new one; decisions come in the order of their time. Rerun: once.
CREATE INDEX ON ledger.decision (decided_at);
