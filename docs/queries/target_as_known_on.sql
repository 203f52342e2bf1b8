-- What was achieved of each target, month by month, as it was known at a moment? 某时点所知的目标完成人数 (C6.2; mart.target_progress as of then)
WITH told AS (
    SELECT
        facts.person_key,
        facts.region_code,
        asked.month,
        min(facts.out_migration_tier) AS out_migration,
        min(facts.jingmeng_local_tier) AS jingmeng_local_transfer,
        min(facts.beijing_tier) AS beijing
    FROM (SELECT DISTINCT month FROM warehouse.fct_employment_month WHERE known_from <= now() AND known_to > now()) AS asked
    INNER JOIN warehouse.fct_employment_month AS facts
        ON facts.month BETWEEN date_trunc('year', asked.month) AND asked.month AND facts.known_from <= now() AND facts.known_to > now()
    GROUP BY facts.person_key, facts.region_code, asked.month
),

person AS (
    SELECT
        placed.region_code,
        told.month,
        told.person_key,
        indicator.name AS indicator,
        min(indicator.tier) AS tier
    FROM told
    INNER JOIN ops.region AS banner ON told.region_code = banner.region_code
    INNER JOIN ops.region AS league ON banner.parent_code = league.region_code
    CROSS JOIN LATERAL (VALUES (banner.region_code), (league.region_code), (league.parent_code)) AS placed (region_code)
    CROSS JOIN
        LATERAL (
            VALUES
            ('out_migration', told.out_migration),
            ('jingmeng_local_transfer', told.jingmeng_local_transfer),
            ('beijing', told.beijing)
        ) AS indicator (name, tier)
    GROUP BY placed.region_code, told.month, told.person_key, indicator.name
)

SELECT
    indicator,
    region_code,
    month,
    count(tier) AS achieved_persons,
    count(*) FILTER (WHERE tier = 1) AS achieved_insured
FROM person
GROUP BY indicator, region_code, month
HAVING count(tier) > 0
ORDER BY indicator, month, region_code;
