-- Grain: one row per person of last year's list and month (list_last_year_migrants); one per region and month (last_year_migrants) (C2.3).
-- Inputs: fct_employment_month as known now, ops.region. Rerun: replaces the month.
-- A person belongs to the banner that told of him last in last year, so that banners sum to leagues and leagues to the region; he is
-- looked up in this year's month wherever he is registered now.
DELETE FROM mart.list_last_year_migrants
WHERE month = %(month)s::date;

INSERT INTO mart.list_last_year_migrants (month, person_key, region_code, sender_code, village_code, class, last_year_tier)
WITH listed AS (
    SELECT DISTINCT ON (employment.person_key)
        employment.person_key,
        employment.region_code,
        employment.sender_code,
        employment.village_code,
        min(employment.out_migration_tier) OVER (PARTITION BY employment.person_key) AS tier
    FROM warehouse.fct_employment_month AS employment
    WHERE
        employment.known_to = 'infinity'
        AND employment.out_migration_tier IS NOT NULL
        AND employment.month >= (date_trunc('year', %(month)s::date) - interval '1 year')::date
        AND employment.month < date_trunc('year', %(month)s::date)::date
    ORDER BY employment.person_key ASC, employment.month DESC, employment.region_code ASC
),

now_told AS (
    SELECT DISTINCT ON (employment.person_key)
        employment.person_key,
        employment.status,
        employment.is_out_migrant,
        employment.willing_to_go
    FROM warehouse.fct_employment_month AS employment
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date
    ORDER BY
        employment.person_key ASC, employment.is_out_migrant DESC, employment.status = 'employed' DESC,
        employment.region_code ASC
)

SELECT
    %(month)s::date AS month,
    listed.person_key,
    listed.region_code,
    listed.sender_code,
    listed.village_code,
    CASE
        WHEN now_told.is_out_migrant THEN 'out_again'
        WHEN now_told.status = 'employed' THEN 'working_locally'
        WHEN now_told.person_key IS NULL OR now_told.status = 'missing' THEN 'lost_contact'
        WHEN now_told.status <> 'unemployed' OR now_told.willing_to_go = 'unable' THEN 'cannot_go'
        WHEN now_told.willing_to_go = 'willing' THEN 'not_out_willing'
        WHEN now_told.willing_to_go = 'unwilling' THEN 'not_out_unwilling'
        ELSE 'lost_contact'
    END AS class,
    listed.tier AS last_year_tier
FROM listed
LEFT JOIN now_told ON listed.person_key = now_told.person_key
-- A sender that has not delivered this month says nothing of his persons yet.
WHERE EXISTS (
    SELECT FROM ops.publication AS publication
    WHERE
        publication.source = 'household_registry' AND publication.sender_code = listed.sender_code
        AND publication.period = %(month)s::date
);

DELETE FROM mart.last_year_migrants
WHERE month = %(month)s::date;

INSERT INTO mart.last_year_migrants (
    region_code, region_name, level, month, listed_persons, out_again, working_locally, not_out_willing, not_out_unwilling, cannot_go,
    lost_contact, new_this_year
)
WITH place AS (
    SELECT
        banner.region_code AS banner_code,
        placed.region_code
    FROM ops.region AS banner
    CROSS JOIN LATERAL (VALUES (banner.region_code), (banner.parent_code), (%(region_code)s::text)) AS placed (region_code)
    WHERE banner.level = 'banner'
),

listed AS (
    SELECT
        place.region_code,
        count(*) AS listed_persons,
        count(*) FILTER (WHERE list.class = 'out_again') AS out_again,
        count(*) FILTER (WHERE list.class = 'working_locally') AS working_locally,
        count(*) FILTER (WHERE list.class = 'not_out_willing') AS not_out_willing,
        count(*) FILTER (WHERE list.class = 'not_out_unwilling') AS not_out_unwilling,
        count(*) FILTER (WHERE list.class = 'cannot_go') AS cannot_go,
        count(*) FILTER (WHERE list.class = 'lost_contact') AS lost_contact
    FROM mart.list_last_year_migrants AS list
    INNER JOIN place ON list.region_code = place.banner_code
    WHERE list.month = %(month)s::date
    GROUP BY place.region_code
),

fresh AS (
    SELECT
        place.region_code,
        count(DISTINCT employment.person_key) AS new_this_year
    FROM warehouse.fct_employment_month AS employment
    INNER JOIN place ON employment.region_code = place.banner_code
    WHERE
        employment.known_to = 'infinity'
        AND employment.out_migration_tier IS NOT NULL
        AND employment.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
        AND NOT EXISTS (
            SELECT FROM warehouse.fct_employment_month AS before
            WHERE
                before.person_key = employment.person_key AND before.known_to = 'infinity'
                AND before.out_migration_tier IS NOT NULL
                AND before.month >= (date_trunc('year', %(month)s::date) - interval '1 year')::date
                AND before.month < date_trunc('year', %(month)s::date)::date
        )
    GROUP BY place.region_code
)

SELECT
    region.region_code,
    region.region_name,
    region.level,
    %(month)s::date AS month,
    coalesce(listed.listed_persons, 0)::integer AS listed_persons,
    coalesce(listed.out_again, 0)::integer AS out_again,
    coalesce(listed.working_locally, 0)::integer AS working_locally,
    coalesce(listed.not_out_willing, 0)::integer AS not_out_willing,
    coalesce(listed.not_out_unwilling, 0)::integer AS not_out_unwilling,
    coalesce(listed.cannot_go, 0)::integer AS cannot_go,
    coalesce(listed.lost_contact, 0)::integer AS lost_contact,
    coalesce(fresh.new_this_year, 0)::integer AS new_this_year
FROM ops.region AS region
LEFT JOIN listed ON region.region_code = listed.region_code
LEFT JOIN fresh ON region.region_code = fresh.region_code;
