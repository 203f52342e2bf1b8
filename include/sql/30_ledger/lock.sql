-- Grain: none; one poster at a time, until the transaction ends. Inputs: none. Rerun: free.
SELECT pg_advisory_xact_lock(hashtext('steppe.ledger'));
