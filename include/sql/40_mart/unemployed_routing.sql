-- Grain: one row per unemployed person, home banner and month (C4.4): the route to support, where it stands, days without it.
-- Inputs: fct_employment_month, benefit_now, assistance_now, dim_person, person_link as known now; ops.publication; this table, for
-- the sender's month before. Rerun: replaces the month. Months are refreshed in their order.
-- Days go on from the month before while the person stays without work and support; otherwise they begin with the month.
DELETE FROM mart.unemployed_routing
WHERE month = %(month)s::date;

INSERT INTO mart.unemployed_routing (
    month, person_key, region_code, sender_code, village_code, route, state, days_without_support
)
WITH source AS (
    SELECT
        employment.person_key,
        employment.region_code,
        employment.sender_code,
        employment.village_code,
        (%(month)s::date + interval '1 month')::date AS ends_before
    FROM warehouse.fct_employment_month AS employment
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date AND employment.status = 'unemployed'
),

insured AS (
    SELECT DISTINCT employment.person_key
    FROM warehouse.fct_employment_month AS employment
    WHERE
        employment.known_to = 'infinity' AND employment.is_unemployment_insured
        AND employment.month >= (date_trunc('year', %(month)s::date) - interval '1 year')::date AND employment.month < %(month)s::date
),

benefit AS (
    SELECT DISTINCT paid.person_key
    FROM warehouse.benefit_now AS paid
    WHERE paid.month = %(month)s::date
),

assistance AS (
    SELECT
        referral.person_key,
        bool_or(
            referral.decision = 'granted'
            AND referral.decided_on < (%(month)s::date + interval '1 month')::date
            AND coalesce(referral.ends_on, 'infinity') >= %(month)s::date
        ) AS is_granted,
        bool_or(
            referral.decision = 'pending' OR referral.decided_on >= (%(month)s::date + interval '1 month')::date
        ) AS is_pending
    FROM warehouse.assistance_now AS referral
    WHERE referral.referred_on < (%(month)s::date + interval '1 month')::date
    GROUP BY referral.person_key
),

minimum_living AS (
    SELECT DISTINCT
        coalesce(link.main_key, person.person_key) AS person_key,
        person.sender_code
    FROM warehouse.dim_person AS person
    LEFT JOIN warehouse.person_link AS link ON person.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        person.known_to = 'infinity' AND person.has_minimum_living
        AND person.valid_from <= %(month)s::date AND person.valid_to > %(month)s::date
),

month_before AS (
    SELECT
        publication.sender_code,
        max(publication.period) AS month
    FROM ops.publication AS publication
    WHERE
        publication.source = 'household_registry' AND publication.period < %(month)s::date
        AND publication.publication_id <= %(up_to)s
    GROUP BY publication.sender_code
),

joined AS (
    SELECT
        source.*,
        insured.person_key IS NOT NULL OR benefit.person_key IS NOT NULL AS is_insured,
        benefit.person_key IS NOT NULL
        OR coalesce(assistance.is_granted, FALSE)
        OR minimum_living.person_key IS NOT NULL AS is_supported,
        coalesce(assistance.is_pending, FALSE) AS is_referred,
        coalesce(
            (before.month + interval '1 month')::date - before.days_without_support, %(month)s::date
        ) AS without_since
    FROM source
    LEFT JOIN insured ON source.person_key = insured.person_key
    LEFT JOIN benefit ON source.person_key = benefit.person_key
    LEFT JOIN assistance ON source.person_key = assistance.person_key
    LEFT JOIN minimum_living ON source.person_key = minimum_living.person_key AND source.sender_code = minimum_living.sender_code
    LEFT JOIN month_before ON source.sender_code = month_before.sender_code
    LEFT JOIN mart.unemployed_routing AS before
        ON
            source.person_key = before.person_key AND source.region_code = before.region_code
            AND month_before.month = before.month AND before.state <> 'supported'
)

SELECT
    %(month)s::date AS month,
    joined.person_key,
    joined.region_code,
    joined.sender_code,
    joined.village_code,
    CASE WHEN joined.is_insured THEN 'unemployment_insurance' ELSE 'assistance' END AS route,
    CASE
        WHEN joined.is_supported THEN 'supported'
        WHEN joined.is_referred THEN 'referred'
        ELSE 'not_referred'
    END AS state,
    CASE WHEN joined.is_supported THEN 0 ELSE joined.ends_before - joined.without_since END AS days_without_support
FROM joined;
