-- Which villages give welfare posts less than the minimum share of their PV revenue? 光伏收益公益岗占比未达标的村 (C5.3)
SELECT region_code, village_name, year, gross_share_percent, net_share_percent, minimum_percent, basis, basis_status
FROM mart.pv_revenue_share
WHERE NOT is_met
ORDER BY gross_share_percent;
