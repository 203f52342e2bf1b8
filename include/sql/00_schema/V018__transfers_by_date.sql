-- Transfers of a month lie together, as they are posted: a summary of each stretch of the table finds a month's, at next to no cost to the
-- posting. Rerun: once.
CREATE INDEX transfer_by_date ON ledger.transfer USING brin (event_date) WITH (pages_per_range = 16, autosummarize = on);
