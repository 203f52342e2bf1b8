-- The transfers of some accounts with the balance after each, in the order in which they were posted.
-- Grain: one row per banner, account and transfer that touches it. Inputs: ledger.transfer, ledger.account. Rerun: reads only.
WITH
side AS (
    SELECT
        transfer.region_code,
        account.account_code,
        account.normal_side,
        transfer.transfer_id,
        transfer.posted_at,
        transfer.event_date,
        transfer.idempotency_key,
        CASE transfer.debit_account WHEN account.account_code THEN transfer.credit_account ELSE transfer.debit_account END AS other_account,
        CASE transfer.debit_account WHEN account.account_code THEN transfer.amount_fen ELSE 0 END AS debit_fen,
        CASE transfer.credit_account WHEN account.account_code THEN transfer.amount_fen ELSE 0 END AS credit_fen
    FROM ledger.account
    INNER JOIN ledger.transfer
        ON
            account.region_code = transfer.region_code
            AND account.account_code IN (transfer.debit_account, transfer.credit_account)
    WHERE account.account_code = any(%(accounts)s)
)

SELECT
    side.region_code,
    side.account_code,
    side.transfer_id,
    side.posted_at,
    side.event_date,
    side.idempotency_key,
    side.other_account,
    side.debit_fen,
    side.credit_fen,
    sum(CASE side.normal_side WHEN 'debit' THEN side.debit_fen - side.credit_fen ELSE side.credit_fen - side.debit_fen END)
        OVER (PARTITION BY side.region_code, side.account_code ORDER BY side.transfer_id)::bigint AS balance_fen
FROM side
ORDER BY side.region_code, side.account_code, side.transfer_id;
