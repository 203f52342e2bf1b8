-- Title: 补贴认定 | Subsidy decisions
-- Group: money 5
-- Definitions: programme
-- Posted: ledger.seal
-- Order: -event_date, region_name, programme_code, claim_key
-- Grain: one row per claim with a fact in the month: why paid, why not (C3.4 to C5.4). Inputs: mart.subsidy_decisions, ops.region.
-- Rerun: reads only.
SELECT
    banner.region_name,
    decision.region_code,
    decision.programme_code,
    decision.event_date,
    decision.payee_kind,
    decision.outcome AS decision_outcome,
    decision.unmet,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    decision.claim_key
FROM mart.subsidy_decisions AS decision
INNER JOIN ops.region AS banner ON decision.region_code = banner.region_code
WHERE
    decision.region_code = any(%(banners)s)
    AND decision.event_date >= %(month)s::date
    AND decision.event_date < (%(month)s::date + interval '1 month')::date
