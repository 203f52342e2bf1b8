-- Grain: one row per person, clear and month with a fault (list_clear_faults); one per clear, place and month (four_clears) (C2.5).
-- Inputs: fct_employment_month, dim_person, dim_household, fct_employment_spell, person_link, callback_now, death_now,
-- benefit_now as known now; ops.publication, ops.parameter. Rerun: replaces the month.
-- Fresh is what was told or confirmed within parameter freshness_days of the end of the month; what the register alone tells is as old as its
-- publication for the month.
-- A query that inserts runs alone; one that makes a table is shared by all processors.
CREATE TEMPORARY TABLE clear_fault ON COMMIT DROP AS
WITH rule AS (
    SELECT
        banner.region_code,
        banner.sender_code,
        (%(month)s::date + interval '1 month')::date AS ends_before,
        parameter.value::integer AS days
    FROM ops.region AS banner
    CROSS JOIN LATERAL ops.parameter_at('freshness_days', banner.region_code, %(month)s::date) AS parameter
    WHERE banner.level = 'banner'
),

register AS (
    SELECT
        publication.sender_code,
        (max(publication.published_at) AT TIME ZONE 'Asia/Shanghai')::date AS published_on
    FROM ops.publication AS publication
    WHERE publication.source = 'household_registry' AND publication.period = %(month)s::date
    GROUP BY publication.sender_code
),

called AS (
    SELECT DISTINCT ON (callback.person_key)
        callback.person_key,
        callback.called_on,
        callback.is_employed
    FROM warehouse.callback_now AS callback
    WHERE
        callback.outcome = 'reached'
        AND callback.called_on < (%(month)s::date + interval '1 month')::date
    ORDER BY callback.person_key ASC, callback.called_on DESC, callback.call_code ASC
),

verified AS (
    SELECT
        coalesce(link.main_key, spell.person_key) AS person_key,
        spell.sender_code,
        max(spell.verified_on) AS verified_on
    FROM warehouse.fct_employment_spell AS spell
    LEFT JOIN warehouse.person_link AS link ON spell.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        spell.known_to = 'infinity' AND spell.valid_from <= %(month)s::date AND spell.valid_to > %(month)s::date
        AND spell.verified_on < (%(month)s::date + interval '1 month')::date
    GROUP BY coalesce(link.main_key, spell.person_key), spell.sender_code
),

twice AS (
    SELECT employment.person_key
    FROM warehouse.fct_employment_month AS employment
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date
    GROUP BY employment.person_key
    HAVING count(*) > 1
),

-- A person whom a banner registers in two households is one entry.
housed AS (
    SELECT DISTINCT
        coalesce(link.main_key, person.person_key) AS person_key,
        person.sender_code,
        person.region_code
    FROM warehouse.dim_person AS person
    INNER JOIN warehouse.dim_household AS household
        ON person.household_id = household.household_id AND person.sender_code = household.sender_code
    LEFT JOIN warehouse.person_link AS link ON person.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        person.known_to = 'infinity' AND person.valid_from <= %(month)s::date AND person.valid_to > %(month)s::date
        AND household.known_to = 'infinity'
        AND household.valid_from <= %(month)s::date AND household.valid_to > %(month)s::date
),

joined AS (
    SELECT
        employment.person_key,
        employment.region_code,
        employment.village_code,
        employment.status,
        employment.status = 'employed' AS is_employed,
        employment.labour_ability IN ('lost', 'none') AS is_unable,
        employment.willing_to_go,
        employment.place_class,
        employment.is_out_migrant,
        housed.person_key IS NULL AS has_no_household,
        register.published_on IS NULL OR register.published_on >= rule.ends_before + rule.days AS is_register_stale,
        NOT employment.is_employee_insured
        AND coalesce(verified.verified_on < rule.ends_before - rule.days, TRUE) AS is_work_stale,
        called.called_on >= rule.ends_before - rule.days AS is_called,
        called.is_employed AS says_employed,
        death.person_key IS NOT NULL AND employment.status <> 'deceased' AS is_dead,
        twice.person_key IS NOT NULL AS is_twice,
        benefit.person_key IS NOT NULL AS has_benefit
    FROM warehouse.fct_employment_month AS employment
    INNER JOIN rule ON employment.region_code = rule.region_code
    LEFT JOIN register ON employment.sender_code = register.sender_code
    LEFT JOIN housed
        ON
            employment.person_key = housed.person_key AND employment.sender_code = housed.sender_code
            AND employment.region_code = housed.region_code
    LEFT JOIN verified ON employment.person_key = verified.person_key AND employment.sender_code = verified.sender_code
    LEFT JOIN called ON employment.person_key = called.person_key
    LEFT JOIN (
        SELECT DISTINCT told.person_key
        FROM warehouse.death_now AS told
        WHERE told.died_on < %(month)s::date
    ) AS death ON employment.person_key = death.person_key
    LEFT JOIN twice ON employment.person_key = twice.person_key
    LEFT JOIN (
        SELECT DISTINCT paid.person_key
        FROM warehouse.benefit_now AS paid
        WHERE paid.month = %(month)s::date
    ) AS benefit ON employment.person_key = benefit.person_key
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date
),

told AS (
    SELECT
        joined.person_key,
        joined.region_code,
        joined.village_code,
        joined.is_register_stale,
        joined.has_no_household AS headcount_incomplete,
        joined.is_dead OR joined.is_twice AS headcount_contradicted,
        joined.is_unable AND joined.is_employed AS ability_contradicted,
        joined.status = 'missing' OR (joined.is_employed AND joined.place_class IS NULL) AS status_incomplete,
        NOT coalesce(joined.is_called, FALSE)
        AND CASE WHEN joined.is_employed THEN joined.is_work_stale ELSE joined.is_register_stale END AS status_stale,
        (
            joined.is_called AND joined.status IN ('employed', 'unemployed')
            AND joined.is_employed IS DISTINCT FROM joined.says_employed
        )
        OR (joined.is_employed AND joined.has_benefit) AS status_contradicted,
        joined.willing_to_go = 'unknown' AS willingness_incomplete,
        (joined.is_out_migrant AND joined.willing_to_go IN ('unwilling', 'unable'))
        OR (joined.willing_to_go = 'willing' AND joined.is_unable) AS willingness_contradicted
    FROM joined
    OFFSET bigint '0'
)

-- Most persons have no fault: they are left out before four rows are made of each, and what is said of one is worked out once.
SELECT
    %(month)s::date AS month,
    judged.clear,
    told.person_key,
    told.region_code,
    told.village_code,
    judged.is_incomplete,
    coalesce(judged.is_stale, FALSE) AS is_stale,
    coalesce(judged.is_contradicted, FALSE) AS is_contradicted
FROM told
CROSS JOIN
    LATERAL (
        VALUES
        ('headcount', told.headcount_incomplete, told.is_register_stale, told.headcount_contradicted),
        ('ability', FALSE, told.is_register_stale, told.ability_contradicted),
        ('status', told.status_incomplete, told.status_stale, told.status_contradicted),
        ('willingness', told.willingness_incomplete, told.is_register_stale, told.willingness_contradicted)
    ) AS judged (clear, is_incomplete, is_stale, is_contradicted)
WHERE
    (
        told.is_register_stale
        OR told.headcount_incomplete OR told.headcount_contradicted
        OR told.ability_contradicted
        OR told.status_incomplete OR told.status_stale OR told.status_contradicted
        OR told.willingness_incomplete OR told.willingness_contradicted
    )
    AND (judged.is_incomplete OR judged.is_stale OR judged.is_contradicted);

DELETE FROM mart.list_clear_faults
WHERE month = %(month)s::date;

INSERT INTO mart.list_clear_faults (month, clear, person_key, region_code, village_code, is_incomplete, is_stale, is_contradicted)
SELECT
    month,
    clear,
    person_key,
    region_code,
    village_code,
    is_incomplete,
    is_stale,
    is_contradicted
FROM clear_fault;
DROP TABLE clear_fault;

DELETE FROM mart.four_clears
WHERE month = %(month)s::date;

INSERT INTO mart.four_clears (
    clear, place_code, region_code, level, month, persons, incomplete_persons, stale_persons, contradicted_persons
)
WITH entry AS (
    SELECT
        employment.region_code,
        employment.village_code,
        clear.name AS clear,
        count(*) AS persons,
        0::bigint AS incomplete_persons,
        0::bigint AS stale_persons,
        0::bigint AS contradicted_persons
    FROM warehouse.fct_employment_month AS employment
    CROSS JOIN (VALUES ('headcount'), ('ability'), ('status'), ('willingness')) AS clear (name)
    WHERE employment.known_to = 'infinity' AND employment.month = %(month)s::date
    GROUP BY employment.region_code, employment.village_code, clear.name
    UNION ALL
    SELECT
        fault.region_code,
        fault.village_code,
        fault.clear,
        0,
        count(*) FILTER (WHERE fault.is_incomplete),
        count(*) FILTER (WHERE fault.is_stale),
        count(*) FILTER (WHERE fault.is_contradicted)
    FROM mart.list_clear_faults AS fault
    WHERE fault.month = %(month)s::date
    GROUP BY fault.region_code, fault.village_code, fault.clear
)

SELECT
    entry.clear,
    place.place_code,
    place.region_code,
    place.level,
    %(month)s::date AS month,
    sum(entry.persons) AS persons,
    sum(entry.incomplete_persons) AS incomplete_persons,
    sum(entry.stale_persons) AS stale_persons,
    sum(entry.contradicted_persons) AS contradicted_persons
FROM entry
INNER JOIN ops.region AS banner ON entry.region_code = banner.region_code
CROSS JOIN
    LATERAL (
        VALUES
        (%(region_code)s::text, %(region_code)s::text, 'region'),
        (banner.parent_code, banner.parent_code, 'league'),
        (banner.region_code, banner.region_code, 'banner'),
        (entry.village_code, banner.region_code, 'village')
    ) AS place (place_code, region_code, level)
GROUP BY entry.clear, place.place_code, place.region_code, place.level;
