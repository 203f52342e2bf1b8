-- Title: 补贴资金 | Subsidy funds
-- Group: money 3
-- Definitions: programme
-- Posted: ledger.seal
-- Order: region_name, fund_code
-- Grain: one row per banner and fund: budget, committed, payable, paid, returned, and what is left (C7.1).
-- Inputs: mart.fund_balance, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    balance.fund_code,
    balance.budget_fen,
    balance.committed_fen,
    balance.payable_fen,
    balance.bank_fen,
    balance.paid_fen,
    balance.returned_fen,
    balance.available_fen
FROM mart.fund_balance AS balance
INNER JOIN ops.region AS banner ON balance.region_code = banner.region_code
WHERE balance.region_code = any(%(banners)s)
