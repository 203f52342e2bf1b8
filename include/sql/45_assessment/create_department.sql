-- Grain: one row per person and home banner that either department counts. Inputs: indicator_member (the registered list: what the register
-- tells); fct_export_person, fct_export_batch, fct_employment_month as known now; ops.parameter. Rerun: inside one transaction.
-- The HR side has a record of its own: insurance, employer or contract, call-back (tiers 1 to 3), or a verified export of a registered person.
CREATE TEMPORARY TABLE department_member ON COMMIT DROP AS
WITH export AS (
    SELECT DISTINCT
        person.person_key,
        employment.region_code
    FROM warehouse.fct_export_person AS person
    INNER JOIN warehouse.fct_export_batch AS batch
        ON person.batch_code = batch.batch_code AND person.sender_code = batch.sender_code AND batch.known_to = 'infinity'
    INNER JOIN warehouse.fct_employment_month AS employment
        ON
            person.person_key = employment.person_key AND employment.known_to = 'infinity'
            AND employment.month = %(month)s::date
    CROSS JOIN LATERAL ops.parameter_at('out_migration_place_classes', employment.region_code, %(month)s::date) AS rule
    WHERE
        person.known_to = 'infinity' AND batch.verified_on < (%(month)s::date + interval '1 month')::date
        AND person.employed_from_on < (%(month)s::date + interval '1 month')::date
        AND coalesce(person.returned_on, 'infinity') >= date_trunc('year', %(month)s::date)::date
        AND CASE
            WHEN left(batch.destination_county_code, 2) <> left(employment.region_code, 2) THEN 'other_province'
            WHEN batch.destination_county_code <> employment.region_code THEN 'within_province'
            ELSE 'within_county'
        END = any(string_to_array(rule.value, ','))
        AND CASE %(indicator)s::text
            WHEN 'out_migration' THEN TRUE
            WHEN 'beijing' THEN left(batch.destination_county_code, 2) = '11'
            ELSE FALSE
        END
),

side AS (
    SELECT DISTINCT
        member.person_key,
        member.region_code,
        'poverty' AS name
    FROM indicator_member AS member
    UNION
    SELECT
        member.person_key,
        member.region_code,
        'hr'
    FROM indicator_member AS member
    WHERE member.tier <= 3
    UNION
    SELECT
        export.person_key,
        export.region_code,
        'hr'
    FROM export
)

SELECT
    side.person_key,
    side.region_code,
    CASE count(*) WHEN 2 THEN 'both' ELSE min(side.name) END AS told_by
FROM side
GROUP BY side.person_key, side.region_code;

CREATE TEMPORARY TABLE department_figure ON COMMIT DROP AS
WITH counted_once AS (
    SELECT
        place.region_code,
        place.level,
        member.person_key,
        bool_or(member.told_by IN ('both', 'hr')) AS is_hr,
        bool_or(member.told_by IN ('both', 'poverty')) AS is_poverty
    FROM department_member AS member
    INNER JOIN ops.region AS banner ON member.region_code = banner.region_code
    CROSS JOIN
        LATERAL (
            VALUES (%(region_code)s::text, 'region'), (banner.parent_code, 'league'), (banner.region_code, 'banner')
        ) AS place (region_code, level)
    GROUP BY place.region_code, place.level, member.person_key
),

counted AS (
    SELECT
        counted_once.region_code,
        count(*) FILTER (WHERE counted_once.is_hr) AS hr_persons,
        count(*) FILTER (WHERE counted_once.is_poverty) AS poverty_persons,
        count(*) FILTER (WHERE counted_once.is_hr AND NOT counted_once.is_poverty) AS hr_only_persons,
        count(*) FILTER (WHERE counted_once.is_poverty AND NOT counted_once.is_hr) AS poverty_only_persons
    FROM counted_once
    GROUP BY counted_once.region_code
)

SELECT
    region.region_code,
    region.level,
    coalesce(counted.hr_persons, 0)::integer AS hr_persons,
    coalesce(counted.poverty_persons, 0)::integer AS poverty_persons,
    coalesce(counted.hr_only_persons, 0)::integer AS hr_only_persons,
    coalesce(counted.poverty_only_persons, 0)::integer AS poverty_only_persons,
    coalesce(shown.members_digest, 0) AS members_digest
FROM ops.region AS region
LEFT JOIN counted ON region.region_code = counted.region_code
LEFT JOIN mart.indicator_value AS shown
    ON
        region.region_code = shown.place_code AND shown.indicator = %(indicator)s AND shown.version = %(version)s
        AND shown.month = %(month)s::date AND shown.part = 'all';
