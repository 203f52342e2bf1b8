-- Title: 补贴项目逐月 | Programmes by month
-- Group: money 4
-- Definitions: programme
-- Posted: ledger.seal
-- Order: -month, region_name, programme_code
-- Grain: one row per banner, programme and month of the facts: claims, granted, paid (C3.4 to C5.4).
-- Inputs: mart.programme_month, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    programme.programme_code,
    programme.month,
    programme.claims,
    programme.eligible_claims,
    programme.refused_claims,
    programme.persons,
    programme.granted_fen,
    programme.paid_fen,
    programme.clawback_fen
FROM mart.programme_month AS programme
INNER JOIN ops.region AS banner ON programme.region_code = banner.region_code
WHERE
    programme.region_code = any(%(banners)s)
    AND programme.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
