-- Records what a run of decisions changed. Grain: one row per banner, claim and change. Inputs: staging.ledger_changed. Rerun: refused by the key.
INSERT INTO ledger.decision (
    region_code, claim_key, decision_no, programme_code, settlement, payee_kind, payee_code, person_key, event_date, units, granted_units,
    amount_fen, fund_code, rule_version, outcome, conditions, delivery_id, decided_at, digest
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
FROM staging.ledger_changed;
