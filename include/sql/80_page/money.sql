-- Title: 资金余额 | Balances
-- Group: money 1
-- Sources: pv_revenue
-- Definitions: programme
-- Posted: ledger.seal
-- Grain: one row per kind of account with its balance up to a month (C5.3, C7.1). Inputs: mart.account_month, ledger.account_kind.
-- Rerun: reads only. Suspense is money that the delivered facts do not explain; a person must look at it.
WITH moved AS (
    SELECT
        account_month.kind,
        sum(account_month.debit_fen) AS debit_fen,
        sum(account_month.credit_fen) AS credit_fen,
        sum(account_month.transfers) AS transfers,
        max(account_month.posted_at) AS posted_at
    FROM mart.account_month AS account_month
    WHERE account_month.region_code = any(%(banners)s) AND account_month.month <= %(month)s
    GROUP BY account_month.kind
)

SELECT
    chart.kind,
    chart.label_zh,
    chart.label_en,
    chart.kind LIKE '%%suspense%%' AND moved.debit_fen <> moved.credit_fen AS is_open,
    moved.debit_fen,
    moved.credit_fen,
    CASE chart.normal_side WHEN 'debit' THEN moved.debit_fen - moved.credit_fen ELSE moved.credit_fen - moved.debit_fen END AS balance_fen,
    moved.transfers::bigint AS transfers,
    moved.posted_at
FROM moved
INNER JOIN ledger.account_kind AS chart ON moved.kind = chart.kind
ORDER BY chart.chart_order;
