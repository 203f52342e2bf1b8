-- Grain: one row per transfer that a caller wants to post. Inputs: the caller's transfers. Rerun: adds them again; the draft is new each time.
COPY staging.ledger_draft (
    region_code, idempotency_key, debit_account, credit_account, amount_fen, kind, event_date, rule_version, delivery_id,
    reverses_transfer_id
) FROM STDIN;
