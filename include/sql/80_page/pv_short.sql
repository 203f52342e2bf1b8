-- Title: 光伏收益未达比例的村 | PV villages under the share
-- Group: lists 5
-- Sources: pv_revenue
-- Definitions: pv_share_minimum_percent, pv_share_basis
-- Order: region_name, judged_share_percent, village_name
-- Grain: one row per village and year whose share for welfare posts is under the minimum, or that breaks a rule of the money (C5.3).
-- Inputs: mart.pv_revenue_share, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    share.village_name,
    share.year,
    CASE share.basis WHEN 'net' THEN share.net_share_percent ELSE share.gross_share_percent END AS judged_share_percent,
    share.gross_share_percent,
    share.net_share_percent,
    share.revenue_fen,
    share.post_wages_fen,
    share.wage_paid_fen,
    share.carried_over_fen,
    share.post_persons,
    share.has_wages_without_post,
    share.has_paid_above_received,
    share.basis,
    share.confirmation
FROM mart.pv_revenue_share AS share
INNER JOIN ops.region AS banner ON share.region_code = banner.region_code
WHERE
    share.year = extract(YEAR FROM %(month)s::date)
    AND share.region_code = any(%(banners)s)
    AND (%(village)s::text IS NULL OR share.village_code = %(village)s)
    AND (NOT share.is_met OR share.has_wages_without_post OR share.has_paid_above_received)
