-- Grain: one row per month of the year: what the stations earned and what was spent on what, both net of reversals (C5.3).
-- Inputs: mart.account_month. Rerun: reads only.
SELECT
    account_month.month,
    sum(CASE account_month.kind WHEN 'pv_revenue' THEN account_month.credit_fen - account_month.debit_fen ELSE 0 END) AS accrued_fen,
    sum(CASE account_month.kind WHEN 'pv_wages_paid' THEN account_month.debit_fen - account_month.credit_fen ELSE 0 END) AS wage_paid_fen,
    sum(
        CASE
            WHEN account_month.kind IN ('pv_revenue', 'pv_wages_paid') THEN 0
            ELSE account_month.debit_fen - account_month.credit_fen
        END
    ) AS other_uses_fen
FROM mart.account_month AS account_month
WHERE
    account_month.region_code = any(%(banners)s)
    AND account_month.kind IN ('pv_revenue', 'pv_wages_paid', 'pv_public_works', 'pv_land_rent', 'pv_operation', 'pv_other')
    AND account_month.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
GROUP BY account_month.month
ORDER BY account_month.month;
