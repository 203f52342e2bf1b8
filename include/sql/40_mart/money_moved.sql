-- The banners whose ledger or decisions moved since the marts of money were made (C7.1).
-- Grain: one row per banner. Inputs: ledger.seal, ledger.decision; mart.money_mark. Rerun: replaces the transaction's temporary table.
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
SELECT region_code FROM money_moved;
