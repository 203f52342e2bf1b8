-- The time of decisions is at hand by the tree that the posting asks; the summary that the marts asked is no longer needed. Rerun: once.
DROP INDEX ledger.decision_by_time;
