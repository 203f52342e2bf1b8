-- Grain: none; the tables of a posting go before it commits. Inputs: none. Rerun: free.
DROP TABLE IF EXISTS staging.ledger_draft, staging.ledger_posting;
