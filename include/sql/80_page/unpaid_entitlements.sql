-- Title: 应享未享 | Unpaid entitlements
-- Group: lists 4
-- Definitions: programme
-- Posted: ledger.seal
-- Order: event_date, region_name, programme_code, claim_key
-- Grain: one row per claim that was granted and is not fully paid, with where its money stands (C7.1).
-- Inputs: mart.unpaid_entitlements, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    unpaid.region_code,
    unpaid.programme_code,
    unpaid.event_date,
    unpaid.payee_kind,
    unpaid.fund_code,
    unpaid.due_fen,
    unpaid.paid_fen,
    unpaid.unpaid_fen,
    unpaid.state AS money_state,
    unpaid.returned_on,
    unpaid.claim_key
FROM mart.unpaid_entitlements AS unpaid
INNER JOIN ops.region AS banner ON unpaid.region_code = banner.region_code
WHERE unpaid.region_code = any(%(banners)s) AND unpaid.event_date < (%(month)s::date + interval '1 month')::date
