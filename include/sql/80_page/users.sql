-- Grain: one row per Airflow user who reads the warehouse, with the regions of his role. Inputs: ops.page_user, ops.region_grant, ops.region.
-- Rerun: reads only. A grant of the region stands for all below it.
SELECT
    page_user.user_name,
    page_user.role_name,
    coalesce(
        array_agg(region.region_name ORDER BY region.region_code)
        FILTER (
            WHERE region.region_name IS NOT NULL AND (region.level = 'region' OR page_user.role_name <> 'steppe_analyst')
        ),
        '{}'
    ) AS regions
FROM ops.page_user AS page_user
LEFT JOIN ops.region_grant AS granted ON page_user.role_name = granted.role_name
LEFT JOIN ops.region AS region ON granted.region_code = region.region_code
GROUP BY page_user.user_name, page_user.role_name
ORDER BY page_user.user_name;
