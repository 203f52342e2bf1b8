-- The link of a reversal is held by the posting that makes it (30_ledger/find_refusal.sql) and recomputed by verify, like the links to
-- accounts and seals: a foreign key is a trigger for each row of a batch, reversal or not. Rerun: once.
ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_region_code_reverses_transfer_id_fkey;
