-- The decisions that differ from those that hold, and the end of claims that no fact calls for any more.
-- Grain: one row per banner, claim and change; one whose claim ends has its number only. Inputs: staging.ledger_decided,
-- ledger.current_decision. Rerun: replaces the transaction's table.
-- What is said of a claim is compared by its hash: a decision is wide, and few change. The fence keeps the wide columns out of the join.
DROP TABLE IF EXISTS staging.ledger_changed;
CREATE UNLOGGED TABLE staging.ledger_changed AS
WITH
known AS (
    SELECT
        decision.region_code,
        decision.claim_key,
        decision.decision_no,
        decision.outcome = 'withdrawn' AS is_withdrawn,
        hash_record_extended(
            ROW(
                decision.settlement, decision.payee_kind, decision.payee_code, decision.person_key, decision.event_date, decision.units,
                decision.granted_units, decision.amount_fen, decision.fund_code, decision.rule_version, decision.outcome,
                decision.conditions
            ), 0
        ) AS content_hash
    FROM ledger.current_decision AS decision
    OFFSET bigint '0'
)

SELECT
    coalesce(decided.region_code, known.region_code) AS region_code,
    coalesce(decided.claim_key, known.claim_key) AS claim_key,
    coalesce(known.decision_no, 0) + 1 AS decision_no,
    decided.programme_code,
    decided.settlement,
    decided.payee_kind,
    decided.payee_code,
    decided.person_key,
    decided.event_date,
    decided.units,
    decided.granted_units,
    decided.amount_fen,
    decided.fund_code,
    decided.rule_version,
    decided.outcome,
    decided.conditions,
    decided.delivery_id,
    %(decided_at)s::timestamptz AS decided_at,
    ledger.decision_digest(
        ROW(
            decided.region_code, decided.claim_key, coalesce(known.decision_no, 0) + 1, decided.programme_code, decided.settlement,
            decided.payee_kind, decided.payee_code, decided.person_key, decided.event_date, decided.units, decided.granted_units,
            decided.amount_fen, decided.fund_code, decided.rule_version, decided.outcome, decided.conditions, decided.delivery_id,
            %(decided_at)s::timestamptz, NULL
        )::ledger.decision
    ) AS digest
FROM staging.ledger_decided AS decided
FULL JOIN known ON decided.region_code = known.region_code AND decided.claim_key = known.claim_key
WHERE
    CASE
        WHEN decided.claim_key IS NULL THEN NOT known.is_withdrawn
        ELSE
            known.content_hash IS DISTINCT FROM hash_record_extended(
                ROW(
                    decided.settlement, decided.payee_kind, decided.payee_code, decided.person_key, decided.event_date, decided.units,
                    decided.granted_units, decided.amount_fen, decided.fund_code, decided.rule_version, decided.outcome,
                    decided.conditions
                ), 0
            )
    END;
