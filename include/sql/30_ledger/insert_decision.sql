-- Records what a run of decisions changed. Grain: one row per banner, claim and change. Inputs: staging.ledger_changed, ledger.decision.
-- Rerun: refused by the key.
INSERT INTO ledger.decision (
    region_code, claim_key, decision_no, programme_code, settlement, payee_kind, payee_code, person_key, event_date, units, granted_units,
    amount_fen, fund_code, rule_version, outcome, conditions, delivery_id, decided_at, digest
)
WITH
-- A claim that ends is withdrawn as it was last decided, with nothing granted.
withdrawn AS (
    SELECT
        last.region_code,
        last.claim_key,
        changed.decision_no,
        last.programme_code,
        last.settlement,
        last.payee_kind,
        last.payee_code,
        last.person_key,
        last.event_date,
        last.units,
        0 AS granted_units,
        0 AS amount_fen,
        last.fund_code,
        last.rule_version,
        'withdrawn' AS outcome,
        '[]'::jsonb AS conditions,
        last.delivery_id,
        changed.decided_at,
        ''::bytea AS digest
    FROM staging.ledger_changed AS changed
    INNER JOIN ledger.decision AS last
        ON
            changed.region_code = last.region_code
            AND changed.claim_key = last.claim_key
            AND changed.decision_no = last.decision_no + 1
    WHERE changed.programme_code IS NULL
)

SELECT
    region_code,
    claim_key,
    decision_no,
    programme_code,
    settlement,
    payee_kind,
    payee_code,
    person_key,
    event_date,
    units,
    granted_units,
    amount_fen,
    fund_code,
    rule_version,
    outcome,
    conditions,
    delivery_id,
    decided_at,
    digest
FROM staging.ledger_changed
WHERE programme_code IS NOT NULL
UNION ALL
SELECT
    region_code,
    claim_key,
    decision_no,
    programme_code,
    settlement,
    payee_kind,
    payee_code,
    person_key,
    event_date,
    units,
    granted_units,
    amount_fen,
    fund_code,
    rule_version,
    outcome,
    conditions,
    delivery_id,
    decided_at,
    ledger.decision_digest(withdrawn::ledger.decision) AS digest
FROM withdrawn;
