-- Signal: 向死亡人员发放 | Pay to the dead
-- Clause: C7.3
-- Reason: Pay of a post, a benefit or a subsidy went to a person who died in an earlier month.
-- False positive: Pay that was due before the death and was paid late; a death that was entered for another.
-- Grain: one row per subject that shows it in the month. Inputs: fct_pv_post_month, fct_welfare_post_month, benefit_now, fct_payment, death_now, person_link as known now. Rerun: reads only.
WITH paid AS (
    SELECT
        post.person_key,
        post.region_code,
        'PV post' AS what
    FROM warehouse.fct_pv_post_month AS post
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date AND post.paid_fen > 0
    UNION
    SELECT
        post.person_key,
        post.region_code,
        'welfare post'
    FROM warehouse.fct_welfare_post_month AS post
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date AND post.pay_fen > 0
    UNION
    SELECT
        benefit.person_key,
        benefit.region_code,
        'unemployment benefit'
    FROM warehouse.benefit_now AS benefit
    WHERE benefit.month = %(month)s::date
    UNION
    SELECT
        payment.person_key,
        payment.region_code,
        payment.programme_code
    FROM warehouse.fct_payment AS payment
    WHERE
        payment.known_to = 'infinity' AND payment.person_key IS NOT NULL AND payment.status = 'paid'
        AND payment.paid_on >= %(month)s::date AND payment.paid_on < (%(month)s::date + interval '1 month')::date
)

SELECT
    paid.region_code,
    'person' AS subject_kind,
    coalesce(link.main_key, paid.person_key)::text AS subject_code,
    string_agg(DISTINCT paid.what, ', ') AS evidence
FROM paid
LEFT JOIN warehouse.person_link AS link ON paid.person_key = link.person_key AND link.known_to = 'infinity'
WHERE EXISTS (
    SELECT FROM warehouse.death_now AS death
    WHERE death.person_key = coalesce(link.main_key, paid.person_key) AND death.died_on < %(month)s::date
)
GROUP BY paid.region_code, coalesce(link.main_key, paid.person_key)
