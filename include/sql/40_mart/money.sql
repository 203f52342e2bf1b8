-- Grain: one row of unpaid_entitlements, fund_balance and programme_month as in the ledger's views of these names, for the banners that moved
-- (C7.1). Inputs: ledger.unpaid_entitlements, ledger.fund_balance, ledger.programme_month; money_moved. Rerun: changes nothing.
-- A query that inserts runs alone; one that makes a table is shared by all processors.
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT
    region_code,
    programme_code,
    claim_key,
    event_date,
    payee_kind,
    payee_code,
    fund_code,
    due_fen,
    paid_fen,
    unpaid_fen,
    state,
    returned_on
FROM ledger.unpaid_entitlements
WHERE region_code = any(%(region_codes)s);
DELETE FROM mart.unpaid_entitlements
WHERE region_code = any(%(region_codes)s);
INSERT INTO mart.unpaid_entitlements (
    region_code, programme_code, claim_key, event_date, payee_kind, payee_code, fund_code, due_fen, paid_fen, unpaid_fen, state, returned_on
)
SELECT
    region_code,
    programme_code,
    claim_key,
    event_date,
    payee_kind,
    payee_code,
    fund_code,
    due_fen,
    paid_fen,
    unpaid_fen,
    state,
    returned_on
FROM told;
DROP TABLE told;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT
    region_code,
    fund_code,
    budget_fen,
    available_fen,
    committed_fen,
    payable_fen,
    bank_fen,
    returned_fen,
    paid_fen
FROM ledger.fund_balance
WHERE region_code = any(%(region_codes)s);
DELETE FROM mart.fund_balance
WHERE region_code = any(%(region_codes)s);
INSERT INTO mart.fund_balance (
    region_code, fund_code, budget_fen, available_fen, committed_fen, payable_fen, bank_fen, returned_fen, paid_fen
)
SELECT
    region_code,
    fund_code,
    budget_fen,
    available_fen,
    committed_fen,
    payable_fen,
    bank_fen,
    returned_fen,
    paid_fen
FROM told;
DROP TABLE told;

CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT
    region_code,
    programme_code,
    month,
    claims,
    eligible_claims,
    refused_claims,
    persons,
    granted_fen,
    paid_fen,
    clawback_fen
FROM ledger.programme_month
WHERE region_code = any(%(region_codes)s);
DELETE FROM mart.programme_month
WHERE region_code = any(%(region_codes)s);
INSERT INTO mart.programme_month (
    region_code, programme_code, month, claims, eligible_claims, refused_claims, persons, granted_fen, paid_fen, clawback_fen
)
SELECT
    region_code,
    programme_code,
    month,
    claims,
    eligible_claims,
    refused_claims,
    persons,
    granted_fen,
    paid_fen,
    clawback_fen
FROM told;
DROP TABLE told;

INSERT INTO mart.money_mark AS known (region_code, batch_no, decided_at)
SELECT
    money_moved.region_code,
    money_moved.batch_no,
    money_moved.decided_at
FROM money_moved
ON CONFLICT (region_code) DO UPDATE
    SET
        batch_no = greatest(known.batch_no, excluded.batch_no),
        decided_at = greatest(known.decided_at, excluded.decided_at);
