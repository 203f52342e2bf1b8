-- Grain: one row per kind of account, in the order of the chart. Inputs: ledger.account_kind, ledger.account_balance. Rerun: reads only.
SELECT
    account_kind.kind,
    account_kind.label_zh,
    account_kind.label_en,
    count(account_balance.account_code) AS accounts,
    coalesce(sum(account_balance.debit_fen), 0) AS debit_fen,
    coalesce(sum(account_balance.credit_fen), 0) AS credit_fen,
    coalesce(sum(account_balance.balance_fen), 0) AS balance_fen
FROM ledger.account_kind
LEFT JOIN ledger.account_balance ON account_kind.kind = account_balance.kind
GROUP BY account_kind.chart_order, account_kind.kind, account_kind.label_zh, account_kind.label_en
ORDER BY account_kind.chart_order;
