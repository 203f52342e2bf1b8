-- Grain: none; the tables of a run of decisions go before it commits. Inputs: none. Rerun: free.
DROP TABLE IF EXISTS
staging.ledger_rule, staging.ledger_person, staging.ledger_fund_rule, staging.ledger_exclusion, staging.ledger_found, staging.ledger_candidate,
staging.ledger_term, staging.ledger_contest, staging.ledger_decided, staging.ledger_changed;
