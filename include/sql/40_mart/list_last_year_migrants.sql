-- Grain: one row per person of last year's list and month (C2.3).
-- Inputs: fct_employment_month as known now, ops.publication. Rerun: replaces the month.
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
