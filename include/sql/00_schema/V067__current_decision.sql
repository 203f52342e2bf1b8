-- The decision that holds for each claim is the one without a next: decisions are numbered without gaps. Rerun: once.
-- Told so, it is found by all processors at once and without sorting what is wide.
CREATE OR REPLACE VIEW ledger.current_decision WITH (security_invoker = TRUE) AS
SELECT
    decision.region_code,
    decision.claim_key,
    decision.decision_no,
    decision.programme_code,
    decision.settlement,
    decision.payee_kind,
    decision.payee_code,
    decision.person_key,
    decision.event_date,
    decision.units,
    decision.granted_units,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    decision.outcome,
    decision.conditions,
    decision.delivery_id,
    decision.decided_at
FROM ledger.decision
WHERE
    NOT EXISTS (
        SELECT FROM ledger.decision AS later
        WHERE
            later.region_code = decision.region_code
            AND later.claim_key = decision.claim_key
            AND later.decision_no = decision.decision_no + 1
            AND later.decision_no > 1
    );
