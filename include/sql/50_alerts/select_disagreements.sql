-- Where the agencies do not agree about a month.
-- Grain: one row per sender, with its rules, each in so many banners. Inputs: ops.across_result, ops.region. Rerun: reads only.
WITH broken AS (
    SELECT
        banner.sender_code,
        result.rule_id,
        count(*) AS banners
    FROM ops.across_result AS result
    INNER JOIN ops.region AS banner ON result.region_code = banner.region_code
    WHERE result.month = %(month)s::date AND result.outcome IN ('warn', 'fail', 'error')
    GROUP BY banner.sender_code, result.rule_id
)

SELECT
    broken.sender_code,
    sender.region_name,
    array_agg(broken.rule_id || ' ' || broken.banners ORDER BY broken.banners DESC, broken.rule_id ASC) AS rules
FROM broken
INNER JOIN ops.region AS sender ON broken.sender_code = sender.region_code
GROUP BY broken.sender_code, sender.region_name
ORDER BY broken.sender_code;
