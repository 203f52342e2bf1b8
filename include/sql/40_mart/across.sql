-- What the agencies say of the same persons and months, counted against each other; expectations/across.json names these columns.
-- Grain: one row per banner of which the register has told the month. Inputs: warehouse dimensions and facts, ops.region, ops.publication.
-- Rerun: reads only. NULL says that the other agency has told nothing of the month, so that there is nothing to compare.
-- A bound is a share of what could disagree, and never so few that a clerk's ordinary delay would break it.
WITH register AS MATERIALIZED (
    SELECT
        region_code,
        person_key,
        life_status = 'alive' AS is_alive,
        has_employee_pension,
        has_minimum_living
    FROM warehouse.dim_person
    WHERE known_to = 'infinity' AND valid_from <= %(month)s::date AND valid_to > %(month)s::date
),

told AS (
    SELECT
        region.region_code,
        bool_or(publication.source = 'household_registry' AND publication.period = %(month)s::date) AS registry,
        bool_or(publication.source = 'household_registry' AND publication.period < %(month)s::date) AS registry_before,
        bool_or(publication.source = 'social_insurance' AND publication.period = %(month)s::date) AS insurance,
        bool_or(publication.source = 'social_insurance' AND publication.period < %(month)s::date) AS insurance_before,
        bool_or(publication.source = 'civil_affairs') AS civil_affairs,
        bool_or(publication.source = 'unemployment_benefit' AND publication.period = %(month)s::date) AS benefit,
        bool_or(publication.source = 'pv_revenue' AND publication.period = %(month)s::date) AS pv,
        bool_or(publication.source = 'welfare_post' AND publication.period = %(month)s::date) AS welfare,
        bool_or(publication.source = 'payment' AND publication.period = %(month)s::date) AS payment,
        bool_or(publication.source = 'callback' AND publication.period = %(month)s::date) AS callback
    FROM ops.region AS region
    INNER JOIN ops.publication AS publication
        ON
            publication.sender_code IN (region.sender_code, region.region_code, %(root_code)s)
            AND publication.period BETWEEN %(month)s::date - interval '1 month' AND %(month)s::date
    WHERE region.level = 'banner'
    GROUP BY region.region_code
),

dead AS MATERIALIZED (
    SELECT
        person_key,
        min(died_on) AS died_on
    FROM warehouse.fct_death
    WHERE known_to = 'infinity'
    GROUP BY person_key
),

assisted AS (
    SELECT DISTINCT
        region_code,
        person_key
    FROM warehouse.fct_assistance
    WHERE
        known_to = 'infinity' AND assistance_kind = 'minimum_living' AND decision = 'granted'
        AND decided_on < %(month)s::date AND (ends_on IS NULL OR ends_on >= %(month)s::date)
),

insured AS MATERIALIZED (
    SELECT
        region_code,
        person_key,
        bool_or(scheme = 'employee_pension' AND due_month = %(month)s::date) AS is_employee,
        max(due_month) AS due_month
    FROM warehouse.fct_insurance_month
    WHERE known_to = 'infinity' AND period = %(month)s::date
    GROUP BY region_code, person_key
),

of_register AS (
    SELECT
        register.region_code,
        count(*) AS persons,
        count(*) FILTER (WHERE register.is_alive AND dead.died_on < %(month)s::date) AS alive_though_dead,
        count(*) FILTER (WHERE assisted.person_key IS NOT NULL) AS assisted,
        count(*) FILTER (WHERE assisted.person_key IS NOT NULL AND NOT register.has_minimum_living) AS assisted_unmarked,
        count(*) FILTER (WHERE insured.is_employee) AS employees,
        count(*) FILTER (WHERE insured.is_employee AND NOT register.has_employee_pension) AS employees_unmarked,
        count(*) FILTER (WHERE register.has_employee_pension AND register.is_alive) AS pensioned,
        count(*) FILTER (
            WHERE register.has_employee_pension AND register.is_alive AND insured.is_employee IS NOT TRUE
        ) AS pensioned_unpaid
    FROM register
    LEFT JOIN dead ON register.person_key = dead.person_key
    LEFT JOIN assisted ON register.person_key = assisted.person_key AND register.region_code = assisted.region_code
    LEFT JOIN insured ON register.person_key = insured.person_key AND register.region_code = insured.region_code
    GROUP BY register.region_code
),

of_month_before AS (
    SELECT
        region_code,
        count(*) AS persons
    FROM warehouse.dim_person
    WHERE
        known_to = 'infinity' AND valid_from <= %(month)s::date - interval '1 month'
        AND valid_to > %(month)s::date - interval '1 month'
    GROUP BY region_code
),

of_households AS (
    SELECT
        region_code,
        sum(member_count) AS members
    FROM warehouse.dim_household
    WHERE known_to = 'infinity' AND valid_from <= %(month)s::date AND valid_to > %(month)s::date
    GROUP BY region_code
),

of_insurance AS (
    SELECT
        contribution.region_code,
        count(*) FILTER (WHERE contribution.period = %(month)s::date) AS contributions,
        count(*) FILTER (WHERE contribution.period < %(month)s::date) AS contributions_before,
        count(*) FILTER (
            WHERE contribution.period = %(month)s::date AND dead.died_on < contribution.due_month
        ) AS after_death
    FROM warehouse.fct_insurance_month AS contribution
    LEFT JOIN dead ON contribution.person_key = dead.person_key
    WHERE
        contribution.known_to = 'infinity'
        AND contribution.period BETWEEN %(month)s::date - interval '1 month' AND %(month)s::date
    GROUP BY contribution.region_code
),

of_benefit AS (
    SELECT
        benefit.region_code,
        count(*) AS benefits,
        count(*) FILTER (WHERE dead.died_on < benefit.month) AS after_death,
        count(*) FILTER (WHERE insured.is_employee) AS while_insured
    FROM warehouse.fct_unemployment_benefit_month AS benefit
    LEFT JOIN dead ON benefit.person_key = dead.person_key
    LEFT JOIN insured ON benefit.person_key = insured.person_key AND benefit.region_code = insured.region_code
    WHERE benefit.known_to = 'infinity' AND benefit.month = %(month)s::date
    GROUP BY benefit.region_code
),

of_pv AS (
    SELECT
        post.region_code,
        count(*) AS posts,
        count(*) FILTER (WHERE dead.died_on < post.month) AS after_death,
        count(*) FILTER (WHERE register.person_key IS NULL) AS unregistered
    FROM warehouse.fct_pv_post_month AS post
    LEFT JOIN dead ON post.person_key = dead.person_key
    LEFT JOIN register ON post.person_key = register.person_key AND post.region_code = register.region_code
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date
    GROUP BY post.region_code
),

of_welfare AS (
    SELECT
        post.region_code,
        count(*) AS posts,
        count(*) FILTER (WHERE dead.died_on < post.month) AS after_death,
        -- A post that the station's revenue pays is told in both feeds.
        count(*) FILTER (WHERE pv.person_key IS NOT NULL AND approved.fund_code IS DISTINCT FROM 'pv_revenue') AS two_posts
    FROM warehouse.fct_welfare_post_month AS post
    LEFT JOIN dead ON post.person_key = dead.person_key
    LEFT JOIN warehouse.dim_welfare_post AS approved
        ON
            post.post_code = approved.post_code AND post.region_code = approved.region_code AND approved.known_to = 'infinity'
            AND approved.valid_from <= %(month)s::date AND approved.valid_to > %(month)s::date
    LEFT JOIN warehouse.fct_pv_post_month AS pv
        ON
            post.person_key = pv.person_key AND post.region_code = pv.region_code AND post.month = pv.month
            AND pv.known_to = 'infinity'
    WHERE post.known_to = 'infinity' AND post.month = %(month)s::date
    GROUP BY post.region_code
),

of_payment AS (
    SELECT
        payment.region_code,
        count(*) FILTER (WHERE dead.died_on < payment.paid_on - 60) AS after_death
    FROM warehouse.fct_payment AS payment
    INNER JOIN dead ON payment.person_key = dead.person_key
    WHERE
        payment.known_to = 'infinity' AND payment.status <> 'returned' AND payment.period = %(month)s::date
    GROUP BY payment.region_code
),

of_callback AS (
    SELECT
        callback.region_code,
        count(*) AS calls,
        count(*) FILTER (WHERE NOT callback.is_employed) AS denied
    FROM warehouse.callback_now AS callback
    INNER JOIN warehouse.fct_employment_month AS fact
        ON callback.person_key = fact.person_key AND callback.region_code = fact.region_code
    WHERE
        callback.period = %(month)s::date AND callback.is_employed IS NOT NULL
        AND fact.known_to = 'infinity' AND fact.month = %(month)s::date AND fact.status = 'employed'
    GROUP BY callback.region_code
)

SELECT
    told.region_code,
    CASE WHEN told.civil_affairs THEN of_register.alive_though_dead END AS alive_though_dead,
    greatest(3, 0.005 * of_register.persons) AS max_alive_though_dead,
    CASE WHEN told.civil_affairs THEN of_register.assisted_unmarked END AS assisted_unmarked,
    greatest(5, 0.2 * of_register.assisted) AS max_assisted_unmarked,
    CASE WHEN told.insurance THEN of_register.employees_unmarked END AS employees_unmarked,
    greatest(10, 0.5 * of_register.employees) AS max_employees_unmarked,
    CASE WHEN told.insurance THEN of_register.pensioned_unpaid END AS pensioned_unpaid,
    greatest(10, 0.5 * of_register.pensioned) AS max_pensioned_unpaid,
    abs(of_households.members - of_register.persons) AS members_difference,
    greatest(10, 0.05 * of_register.persons) AS max_members_difference,
    CASE WHEN told.registry_before THEN abs(of_register.persons - coalesce(of_month_before.persons, 0)) END AS persons_change,
    greatest(20, 0.05 * of_month_before.persons) AS max_persons_change,
    CASE
        WHEN told.insurance AND told.insurance_before
            THEN abs(of_insurance.contributions - of_insurance.contributions_before)
    END AS contributions_change,
    greatest(50, 0.3 * of_insurance.contributions_before) AS max_contributions_change,
    CASE WHEN told.insurance AND told.civil_affairs THEN of_insurance.after_death END AS contributions_after_death,
    greatest(3, 0.002 * of_insurance.contributions) AS max_contributions_after_death,
    CASE WHEN told.benefit AND told.civil_affairs THEN of_benefit.after_death END AS benefits_after_death,
    greatest(2, 0.01 * of_benefit.benefits) AS max_benefits_after_death,
    CASE WHEN told.benefit AND told.insurance THEN of_benefit.while_insured END AS benefits_while_insured,
    greatest(3, 0.05 * of_benefit.benefits) AS max_benefits_while_insured,
    CASE WHEN told.pv AND told.civil_affairs THEN of_pv.after_death END AS pv_posts_after_death,
    greatest(2, 0.01 * of_pv.posts) AS max_pv_posts_after_death,
    CASE WHEN told.pv THEN of_pv.unregistered END AS pv_posts_unregistered,
    greatest(3, 0.05 * of_pv.posts) AS max_pv_posts_unregistered,
    CASE WHEN told.welfare AND told.civil_affairs THEN of_welfare.after_death END AS welfare_posts_after_death,
    greatest(2, 0.01 * of_welfare.posts) AS max_welfare_posts_after_death,
    CASE WHEN told.welfare AND told.pv THEN of_welfare.two_posts END AS persons_with_two_posts,
    greatest(2, 0.01 * of_welfare.posts) AS max_persons_with_two_posts,
    CASE WHEN told.payment AND told.civil_affairs THEN coalesce(of_payment.after_death, 0) END AS payments_after_death,
    2 AS max_payments_after_death,
    CASE WHEN told.callback THEN of_callback.denied END AS employment_denied,
    greatest(3, 0.3 * of_callback.calls) AS max_employment_denied
FROM told
INNER JOIN of_register ON told.region_code = of_register.region_code
LEFT JOIN of_month_before ON told.region_code = of_month_before.region_code
LEFT JOIN of_households ON told.region_code = of_households.region_code
LEFT JOIN of_insurance ON told.region_code = of_insurance.region_code
LEFT JOIN of_benefit ON told.region_code = of_benefit.region_code
LEFT JOIN of_pv ON told.region_code = of_pv.region_code
LEFT JOIN of_welfare ON told.region_code = of_welfare.region_code
LEFT JOIN of_payment ON told.region_code = of_payment.region_code
LEFT JOIN of_callback ON told.region_code = of_callback.region_code
WHERE told.registry
ORDER BY told.region_code;
