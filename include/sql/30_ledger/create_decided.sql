-- An empty table for a run of decisions, to which each programme's are attached.
-- Grain: one row per banner and claim of all programmes. Inputs: none. Rerun: replaces the transaction's table.
-- The tables of a run are no temporary ones, which parallel workers could not read; one run at a time holds the ledger's lock.
DROP TABLE IF EXISTS staging.ledger_decided;
CREATE TABLE staging.ledger_decided (
    region_code text,
    claim_key text,
    programme_code text,
    settlement text,
    payee_kind text,
    payee_code text,
    person_key uuid,
    event_date date,
    units integer,
    granted_units integer,
    amount_fen bigint,
    fund_code text,
    rule_version text,
    outcome text,
    conditions jsonb,
    delivery_id bigint
) PARTITION BY LIST (programme_code);
