-- Who is registered where and when, under the key that he is counted by, as fct_employment_month.sql counts him.
-- Grain: one row per person, banner and range of months; of a banner's entries for keys that are one person, that of the main key, else of the
-- first. Inputs: dim_person, person_link as known now. Rerun: replaces the transaction's table.
DROP TABLE IF EXISTS staging.ledger_person;
CREATE UNLOGGED TABLE staging.ledger_person AS
WITH
link AS (
    SELECT
        person_key,
        main_key
    FROM warehouse.person_link
    WHERE known_to = 'infinity'
),

entry AS (
    SELECT
        person.person_key,
        person.region_code,
        person.valid_from,
        person.valid_to,
        person.life_status,
        person.labour_ability,
        family.main_key,
        person.person_key <> family.main_key AS is_alias
    FROM warehouse.dim_person AS person
    INNER JOIN (
        SELECT
            person_key,
            main_key
        FROM link
        UNION
        SELECT
            main_key AS person_key,
            main_key
        FROM link
    ) AS family ON person.person_key = family.person_key
    WHERE person.known_to = 'infinity'
),

-- A better entry takes only the months that it has itself.
told_by_another AS (
    SELECT
        entry.person_key,
        entry.region_code,
        entry.valid_from,
        entry.valid_to,
        entry.main_key,
        entry.life_status,
        entry.labour_ability,
        range_agg(daterange(other.valid_from, other.valid_to)) AS months
    FROM entry
    INNER JOIN entry AS other
        ON
            entry.main_key = other.main_key
            AND entry.region_code = other.region_code
            AND entry.valid_from < other.valid_to
            AND other.valid_from < entry.valid_to
    WHERE (other.is_alias, other.person_key) < (entry.is_alias, entry.person_key)
    GROUP BY
        entry.person_key, entry.region_code, entry.valid_from, entry.valid_to, entry.main_key, entry.life_status, entry.labour_ability
)

SELECT
    coalesce(link.main_key, person.person_key) AS person_key,
    person.region_code,
    person.valid_from,
    person.valid_to,
    person.life_status,
    person.labour_ability
FROM warehouse.dim_person AS person
LEFT JOIN link ON person.person_key = link.person_key
WHERE
    person.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM told_by_another AS other
        WHERE
            other.person_key = person.person_key
            AND other.region_code = person.region_code
            AND other.valid_from = person.valid_from
    )
UNION ALL
SELECT
    other.main_key AS person_key,
    other.region_code,
    lower(rest.months) AS valid_from,
    upper(rest.months) AS valid_to,
    other.life_status,
    other.labour_ability
FROM told_by_another AS other
CROSS JOIN LATERAL unnest(datemultirange(daterange(other.valid_from, other.valid_to)) - other.months) AS rest (months);
ANALYZE staging.ledger_person;
