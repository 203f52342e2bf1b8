-- That a key begins with its banner is asked byte by byte: starts_with counts characters of both first, a thirtieth of a posting.
-- Rerun: once.
ALTER TABLE ledger.transfer
DROP CONSTRAINT transfer_check1,
ADD CONSTRAINT key_begins_with_region CHECK (strpos(idempotency_key, region_code || ':') = 1);
