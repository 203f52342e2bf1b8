-- Grain: none; what a posting makes goes before it commits. Inputs: none. Rerun: free.
DROP VIEW IF EXISTS pg_temp.ledger_fresh CASCADE;
DROP TABLE IF EXISTS staging.ledger_draft, staging.ledger_known, staging.ledger_batch;
