-- Grain: one row: whether both departments signed every indicator that a view counts by, for the place and month (C2.7). What no indicator
-- counts, nobody signs. Inputs: ops.indicator, mart.target_progress. Rerun: reads only.
SELECT
    CASE
        WHEN count(*) > 0 AND bool_and(coalesce(progress.confirmation = '已确认', FALSE)) THEN '已确认'
        ELSE '未确认'
    END AS confirmation
FROM (
    SELECT DISTINCT indicator.indicator
    FROM ops.indicator AS indicator
    WHERE indicator.indicator = any(%(definitions)s::text[])
) AS wanted
LEFT JOIN mart.target_progress AS progress
    ON
        wanted.indicator = progress.indicator
        AND progress.region_code = %(banner_or_above)s AND progress.month = %(month)s;
