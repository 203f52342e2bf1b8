-- Grain: one row: the decision that holds for the claim whose money moved, or that was named itself (C3.4 to C5.4).
-- Inputs: ledger.current_decision, ops.region, ops.programme. Rerun: reads only.
SELECT
    decision.region_code,
    banner.region_name,
    decision.claim_key,
    decision.decision_no,
    decision.programme_code,
    decision.outcome AS decision_outcome,
    decision.event_date,
    decision.payee_kind,
    decision.units,
    decision.granted_units,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    rule.clause,
    rule.source AS origin,
    rule.status AS definition_status,
    decision.conditions,
    decision.delivery_id,
    decision.decided_at
FROM ledger.current_decision AS decision
INNER JOIN ops.region AS banner ON decision.region_code = banner.region_code
LEFT JOIN ops.programme AS rule ON decision.rule_version = rule.rule_version
WHERE
    decision.region_code = left(%(of)s::text, 6)
    AND decision.claim_key = ledger.claim_behind(left(%(of)s::text, 6), substr(%(of)s::text, 8));
