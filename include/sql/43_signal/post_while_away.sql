-- Signal: 在岗又外出 | At the post and away
-- Clause: C7.3
-- Reason: A holder of a welfare post attended it for ten days or more in a month in which he is counted as working away.
-- False positive: A post that was given up in the month, before he left.
-- Grain: one row per subject that shows it in the month. Inputs: fct_welfare_post_month, fct_pv_post_month, fct_employment_month as known now. Rerun: reads only.
WITH attended AS (
    SELECT
        post.person_key,
        post.attended_days AS days
    FROM warehouse.fct_welfare_post_month AS post
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date
    UNION ALL
    SELECT
        post.person_key,
        post.days_worked
    FROM warehouse.fct_pv_post_month AS post
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date
)

SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    max(attended.days) || ' days at the post' AS evidence
FROM attended
INNER JOIN warehouse.fct_employment_month AS employment
    ON attended.person_key = employment.person_key AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
WHERE employment.is_out_migrant AND attended.days >= 10
GROUP BY employment.region_code, employment.person_key
