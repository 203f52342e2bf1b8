-- Grain: one row per account of a transfer: its balance after the transfer's batch, and now (C7.1).
-- Inputs: ledger.transfer, ledger.balance, ledger.account_balance, ledger.account_kind. Rerun: reads only.
WITH asked AS (
    SELECT
        transfer.region_code,
        transfer.batch_no,
        side.account_code,
        side.rank
    FROM ledger.transfer AS transfer
    CROSS JOIN LATERAL (VALUES (transfer.credit_account, 1), (transfer.debit_account, 2)) AS side (account_code, rank)
    WHERE transfer.region_code = left(%(of)s::text, 6) AND transfer.transfer_id = ops.to_int_or_null(substr(%(of)s::text, 8))
)

SELECT
    asked.account_code,
    chart.label_zh,
    chart.label_en,
    balance.balance_fen AS after_batch_fen,
    known.balance_fen
FROM asked
INNER JOIN ledger.balance AS balance
    ON
        asked.region_code = balance.region_code AND asked.account_code = balance.account_code
        AND asked.batch_no = balance.batch_no
INNER JOIN ledger.account_balance AS known ON asked.region_code = known.region_code AND asked.account_code = known.account_code
LEFT JOIN ledger.account_kind AS chart ON known.kind = chart.kind
ORDER BY asked.rank;
