-- A draft to measure with: one banner's transfers, each with a key of its own, between a thousand stations' accounts.
-- Grain: one row per transfer to post. Inputs: none. Rerun: makes the same draft again.
DROP TABLE IF EXISTS staging.ledger_draft;
CREATE UNLOGGED TABLE staging.ledger_draft AS
SELECT
    '150404' AS region_code,
    concat('150404:pv_accrual_coal:bench:', lpad(made.number::text, 9, '0'), '#1') AS idempotency_key,
    'pv_grid_coal:bench' || mod(made.number, 1000) AS debit_account,
    'pv_revenue:bench' || mod(made.number, 1000) AS credit_account,
    1 + mod(made.number, 99991) AS amount_fen,
    'pv_accrual_coal' AS kind,
    date '2020-05-31' AS event_date,
    'bench' AS rule_version,
    NULL::bigint AS delivery_id,
    NULL::bigint AS reverses_transfer_id
FROM generate_series(1, %(transfers)s::bigint) AS made (number);
ANALYZE staging.ledger_draft;
