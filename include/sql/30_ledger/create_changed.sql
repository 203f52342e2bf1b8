-- The decisions that differ from those that hold, and the end of claims that no fact calls for any more.
-- Grain: one row per banner, claim and change. Inputs: staging.ledger_decided, ledger.current_decision.
-- Rerun: replaces the transaction's table.
-- What is said of a claim is compared by its hash: a decision is wide, and few change. The fence keeps the wide columns out of the join.
DROP TABLE IF EXISTS staging.ledger_changed;
CREATE UNLOGGED TABLE staging.ledger_changed AS
WITH
source AS (
    SELECT
        decided.region_code,
        decided.claim_key,
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
        ''::bytea AS digest
    FROM staging.ledger_decided AS decided
    LEFT JOIN (
        SELECT
            decision.region_code,
            decision.claim_key,
            decision.decision_no,
            hash_record_extended(
                ROW(
                    decision.settlement, decision.payee_kind, decision.payee_code, decision.person_key, decision.event_date, decision.units,
                    decision.granted_units, decision.amount_fen, decision.fund_code, decision.rule_version, decision.outcome,
                    decision.conditions
                ), 0
            ) AS content_hash
        FROM ledger.current_decision AS decision
        OFFSET bigint '0'
    ) AS known ON decided.region_code = known.region_code AND decided.claim_key = known.claim_key
    WHERE
        known.content_hash IS DISTINCT FROM hash_record_extended(
            ROW(
                decided.settlement, decided.payee_kind, decided.payee_code, decided.person_key, decided.event_date, decided.units,
                decided.granted_units, decided.amount_fen, decided.fund_code, decided.rule_version, decided.outcome, decided.conditions
            ), 0
        )
    UNION ALL
    SELECT
        known.region_code,
        known.claim_key,
        known.decision_no + 1 AS decision_no,
        known.programme_code,
        known.settlement,
        known.payee_kind,
        known.payee_code,
        known.person_key,
        known.event_date,
        known.units,
        0 AS granted_units,
        0 AS amount_fen,
        known.fund_code,
        known.rule_version,
        'withdrawn' AS outcome,
        '[]'::jsonb AS conditions,
        known.delivery_id,
        %(decided_at)s::timestamptz AS decided_at,
        ''::bytea AS digest
    FROM ledger.current_decision AS known
    WHERE
        known.outcome <> 'withdrawn'
        AND NOT EXISTS (
            SELECT FROM staging.ledger_decided AS decided
            WHERE decided.region_code = known.region_code AND decided.claim_key = known.claim_key
        )
)

SELECT
    source.region_code,
    source.claim_key,
    source.decision_no,
    source.programme_code,
    source.settlement,
    source.payee_kind,
    source.payee_code,
    source.person_key,
    source.event_date,
    source.units,
    source.granted_units,
    source.amount_fen,
    source.fund_code,
    source.rule_version,
    source.outcome,
    source.conditions,
    source.delivery_id,
    source.decided_at,
    ledger.decision_digest(source::ledger.decision) AS digest
FROM source;
