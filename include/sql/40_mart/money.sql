-- Grain: one row of unpaid_entitlements, fund_balance and programme_month as in the ledger's views of these names, for the banners whose
-- ledger or decisions moved (C7.1). Inputs: ledger.seal, ledger.decision, ledger.unpaid_entitlements, ledger.fund_balance,
-- ledger.programme_month; mart.money_mark. Rerun: changes nothing.
DROP TABLE IF EXISTS pg_temp.money_moved;
CREATE TEMPORARY TABLE money_moved ON COMMIT DROP AS
WITH
-- Decisions lie in the order of their time: what is later than the last that is known, nobody has looked at.
decided AS (
    SELECT
        decision.region_code,
        max(decision.decided_at) AS decided_at
    FROM ledger.decision AS decision
    WHERE decision.decided_at > (SELECT coalesce(max(mark.decided_at), '-infinity') FROM mart.money_mark AS mark)
    GROUP BY decision.region_code
),

posted AS (
    SELECT
        seal.region_code,
        max(seal.batch_no) AS batch_no
    FROM ledger.seal AS seal
    LEFT JOIN mart.money_mark AS mark ON seal.region_code = mark.region_code
    WHERE seal.batch_no > coalesce(mark.batch_no, 0)
    GROUP BY seal.region_code
)

SELECT
    coalesce(posted.region_code, decided.region_code) AS region_code,
    coalesce(posted.batch_no, 0) AS batch_no,
    coalesce(decided.decided_at, '-infinity') AS decided_at
FROM posted
FULL JOIN decided ON posted.region_code = decided.region_code;
ANALYZE money_moved;

DELETE FROM mart.unpaid_entitlements
USING money_moved
WHERE unpaid_entitlements.region_code = money_moved.region_code;
INSERT INTO mart.unpaid_entitlements (region_code, programme_code, claim_key, event_date, payee_kind, payee_code, fund_code, due_fen, paid_fen, unpaid_fen, state, returned_on)
SELECT
    told.region_code,
    told.programme_code,
    told.claim_key,
    told.event_date,
    told.payee_kind,
    told.payee_code,
    told.fund_code,
    told.due_fen,
    told.paid_fen,
    told.unpaid_fen,
    told.state,
    told.returned_on
FROM ledger.unpaid_entitlements AS told
WHERE told.region_code IN (SELECT money_moved.region_code FROM money_moved);

DELETE FROM mart.fund_balance
USING money_moved
WHERE fund_balance.region_code = money_moved.region_code;
INSERT INTO mart.fund_balance (region_code, fund_code, budget_fen, available_fen, committed_fen, payable_fen, bank_fen, returned_fen, paid_fen)
SELECT
    told.region_code,
    told.fund_code,
    told.budget_fen,
    told.available_fen,
    told.committed_fen,
    told.payable_fen,
    told.bank_fen,
    told.returned_fen,
    told.paid_fen
FROM ledger.fund_balance AS told
WHERE told.region_code IN (SELECT money_moved.region_code FROM money_moved);

DELETE FROM mart.programme_month
USING money_moved
WHERE programme_month.region_code = money_moved.region_code;
INSERT INTO mart.programme_month (region_code, programme_code, month, claims, eligible_claims, refused_claims, persons, granted_fen, paid_fen, clawback_fen)
SELECT
    told.region_code,
    told.programme_code,
    told.month,
    told.claims,
    told.eligible_claims,
    told.refused_claims,
    told.persons,
    told.granted_fen,
    told.paid_fen,
    told.clawback_fen
FROM ledger.programme_month AS told
WHERE told.region_code IN (SELECT money_moved.region_code FROM money_moved);

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
