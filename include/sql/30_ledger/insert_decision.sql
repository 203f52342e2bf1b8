-- Records the decisions that differ from those that hold, and the end of claims that no fact calls for any more.
-- Grain: one row per banner, claim and change. Inputs: ledger_decided, ledger.current_decision. Rerun: adds nothing.
INSERT INTO ledger.decision (
    region_code, claim_key, decision_no, programme_code, settlement, payee_kind, payee_code, person_key, event_date, units, granted_units,
    amount_fen, fund_code, rule_version, outcome, conditions, delivery_id, decided_at, digest
)
WITH
source AS (
    SELECT
        coalesce(decided.region_code, known.region_code) AS region_code,
        coalesce(decided.claim_key, known.claim_key) AS claim_key,
        coalesce(known.decision_no, 0) + 1 AS decision_no,
        coalesce(decided.programme_code, known.programme_code) AS programme_code,
        CASE WHEN decided.claim_key IS NULL THEN known.settlement ELSE decided.settlement END AS settlement,
        coalesce(decided.payee_kind, known.payee_kind) AS payee_kind,
        coalesce(decided.payee_code, known.payee_code) AS payee_code,
        coalesce(decided.person_key, known.person_key) AS person_key,
        coalesce(decided.event_date, known.event_date) AS event_date,
        coalesce(decided.units, known.units) AS units,
        coalesce(decided.granted_units, 0) AS granted_units,
        coalesce(decided.amount_fen, 0) AS amount_fen,
        CASE WHEN decided.claim_key IS NULL THEN known.fund_code ELSE decided.fund_code END AS fund_code,
        CASE WHEN decided.claim_key IS NULL THEN known.rule_version ELSE decided.rule_version END AS rule_version,
        coalesce(decided.outcome, 'withdrawn') AS outcome,
        coalesce(decided.conditions, '[]') AS conditions,
        coalesce(decided.delivery_id, known.delivery_id) AS delivery_id,
        %(decided_at)s::timestamptz AS decided_at,
        ''::bytea AS digest
    FROM ledger_decided AS decided
    FULL JOIN ledger.current_decision AS known
        ON decided.region_code = known.region_code AND decided.claim_key = known.claim_key
    WHERE
        (
            decided.settlement, decided.payee_kind, decided.payee_code, decided.person_key, decided.event_date, decided.units,
            decided.granted_units, decided.amount_fen, decided.fund_code, decided.rule_version, decided.outcome, decided.conditions
        )
        IS DISTINCT FROM
        (
            known.settlement, known.payee_kind, known.payee_code, known.person_key, known.event_date, known.units,
            known.granted_units, known.amount_fen, known.fund_code, known.rule_version, known.outcome, known.conditions
        )
        AND (decided.claim_key IS NOT NULL OR known.outcome <> 'withdrawn')
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
