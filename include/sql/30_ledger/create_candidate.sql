-- Empty tables for a run of decisions: what the eligibility files find, and what is decided of it.
-- Grain: ledger_candidate one row per claim of the programme at hand, ledger_decided one row per banner and claim of all programmes.
-- A candidate may name the fund that has to pay it (a post has its own); else the first that may pays.
-- Inputs: none. Rerun: replaces the transaction's temporary tables.
DROP TABLE IF EXISTS pg_temp.ledger_candidate, pg_temp.ledger_decided;
CREATE TEMPORARY TABLE ledger_candidate (
    region_code text NOT NULL,
    programme_code text NOT NULL,
    claim_key text NOT NULL,
    payee_kind text NOT NULL,
    payee_code text NOT NULL,
    person_key uuid,
    event_date date NOT NULL,
    units integer NOT NULL,
    base_fen bigint,
    fund_code text,
    conditions jsonb NOT NULL,
    delivery_id bigint,
    PRIMARY KEY (region_code, claim_key)
) ON COMMIT DROP;

CREATE TEMPORARY TABLE ledger_decided (
    region_code text NOT NULL,
    claim_key text NOT NULL,
    programme_code text NOT NULL,
    settlement text,
    payee_kind text NOT NULL,
    payee_code text NOT NULL,
    person_key uuid,
    event_date date NOT NULL,
    units integer NOT NULL,
    granted_units integer NOT NULL,
    amount_fen bigint NOT NULL,
    fund_code text,
    rule_version text,
    outcome text NOT NULL,
    conditions jsonb NOT NULL,
    delivery_id bigint,
    PRIMARY KEY (region_code, claim_key)
) ON COMMIT DROP;
CREATE INDEX ON ledger_decided (programme_code, outcome);
