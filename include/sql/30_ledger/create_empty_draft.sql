-- Grain: one row per transfer that a caller wants to post. Inputs: none. Rerun: replaces the transaction's table.
DROP TABLE IF EXISTS staging.ledger_draft;
CREATE UNLOGGED TABLE staging.ledger_draft (
    region_code text NOT NULL,
    idempotency_key text NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL,
    amount_fen bigint NOT NULL,
    kind text NOT NULL,
    event_date date NOT NULL,
    rule_version text NOT NULL,
    delivery_id bigint,
    reverses_transfer_id bigint
);
