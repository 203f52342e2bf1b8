-- Grain: one row per employed person, field and month with a fault (list_field_faults); one per field, place and month (five_fields) (C2.6).
-- Inputs: mart.list_employed, dim_person, fct_employment_spell, fct_enrollment, person_link, callback_now as known now; ops.publication, ops.parameter.
-- Rerun: replaces the month.
-- Fresh is what was confirmed within parameter freshness_days of the end of the month: time, place and employer by a verification or a paid
-- contribution, the phone by a call or the register, insurance by the insurance agency's delivery for the month.
-- A query that inserts runs alone; one that makes a table is shared by all processors.
CREATE TEMPORARY TABLE field_fault ON COMMIT DROP AS
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

published AS (
    SELECT
        publication.sender_code,
        (max(publication.published_at) FILTER (WHERE publication.source = 'household_registry') AT TIME ZONE 'Asia/Shanghai')::date
            AS register_on,
        (max(publication.published_at) FILTER (WHERE publication.source = 'social_insurance') AT TIME ZONE 'Asia/Shanghai')::date
            AS insurance_on
    FROM ops.publication AS publication
    WHERE publication.source IN ('household_registry', 'social_insurance') AND publication.period = %(month)s::date
    GROUP BY publication.sender_code
),

called AS (
    SELECT DISTINCT ON (callback.person_key)
        callback.person_key,
        callback.called_on,
        callback.is_phone_own
    FROM warehouse.callback_now AS callback
    WHERE
        callback.outcome = 'reached'
        AND callback.called_on < (%(month)s::date + interval '1 month')::date
    ORDER BY callback.person_key ASC, callback.called_on DESC, callback.call_code ASC
),

spell AS (
    SELECT DISTINCT ON (coalesce(link.main_key, told.person_key), told.sender_code)
        coalesce(link.main_key, told.person_key) AS person_key,
        told.sender_code,
        told.work_region_code,
        coalesce(told.employer_uscc, told.employer_name) AS employer,
        told.verified_on
    FROM warehouse.fct_employment_spell AS told
    LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        told.known_to = 'infinity' AND told.valid_from <= %(month)s::date AND told.valid_to > %(month)s::date
        AND told.started_on < (%(month)s::date + interval '1 month')::date
        AND coalesce(told.ended_on, 'infinity'::date) >= %(month)s::date
    ORDER BY coalesce(link.main_key, told.person_key) ASC, told.sender_code ASC, told.started_on DESC, told.spell_id DESC
),

person AS (
    SELECT DISTINCT ON (coalesce(link.main_key, told.person_key), told.region_code)
        coalesce(link.main_key, told.person_key) AS person_key,
        told.region_code,
        told.has_phone,
        told.has_employee_pension OR told.has_resident_pension OR told.has_illness_insurance AS is_insured
    FROM warehouse.dim_person AS told
    LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE told.known_to = 'infinity' AND told.valid_from <= %(month)s::date AND told.valid_to > %(month)s::date
    ORDER BY coalesce(link.main_key, told.person_key) ASC, told.region_code ASC, told.has_phone DESC
),

joined AS (
    SELECT
        employed.person_key,
        employed.region_code,
        employed.village_code,
        coalesce(person.has_phone, FALSE) AS has_phone,
        spell.person_key IS NOT NULL AS has_time,
        spell.work_region_code IS NOT NULL AS has_place,
        coalesce(spell.employer, employed.employer_uscc) IS NOT NULL AS has_employer,
        employed.is_employee_insured OR coalesce(person.is_insured, FALSE) OR enrolled.person_key IS NOT NULL AS has_insurance,
        CASE
            WHEN called.called_on >= rule.ends_before - rule.days THEN NOT called.is_phone_own
            ELSE coalesce(published.register_on >= rule.ends_before + rule.days, TRUE)
        END AS is_phone_stale,
        NOT employed.is_employee_insured
        AND coalesce(spell.verified_on < rule.ends_before - rule.days, TRUE)
        AND coalesce(called.called_on < rule.ends_before - rule.days, TRUE) AS is_work_stale,
        coalesce(published.insurance_on >= rule.ends_before + rule.days, TRUE) AS is_insurance_stale
    FROM mart.list_employed AS employed
    INNER JOIN rule ON employed.region_code = rule.region_code
    LEFT JOIN published ON rule.sender_code = published.sender_code
    LEFT JOIN person ON employed.person_key = person.person_key AND employed.region_code = person.region_code
    LEFT JOIN spell ON employed.person_key = spell.person_key AND rule.sender_code = spell.sender_code
    LEFT JOIN called ON employed.person_key = called.person_key
    LEFT JOIN (
        SELECT DISTINCT coalesce(link.main_key, enrollment.person_key) AS person_key
        FROM warehouse.fct_enrollment AS enrollment
        LEFT JOIN warehouse.person_link AS link ON enrollment.person_key = link.person_key AND link.known_to = 'infinity'
        WHERE enrollment.known_to = 'infinity' AND enrollment.valid_from <= %(month)s::date AND enrollment.valid_to > %(month)s::date
    ) AS enrolled ON employed.person_key = enrolled.person_key
    WHERE employed.month = %(month)s::date
    -- What is said of a person is worked out once, not for each field.
    OFFSET bigint '0'
)

SELECT
    %(month)s::date AS month,
    told.field,
    joined.person_key,
    joined.region_code,
    joined.village_code,
    NOT told.is_told AS is_incomplete,
    told.is_told AND told.is_stale AS is_stale
FROM joined
CROSS JOIN
    LATERAL (
        VALUES
        ('contact', joined.has_phone, joined.is_phone_stale),
        ('work_time', joined.has_time, joined.is_work_stale),
        ('work_place', joined.has_place, joined.is_work_stale),
        ('employer', joined.has_employer, joined.is_work_stale),
        ('insurance', joined.has_insurance, joined.is_insurance_stale)
    ) AS told (field, is_told, is_stale)
WHERE NOT told.is_told OR told.is_stale;

DELETE FROM mart.list_field_faults
WHERE month = %(month)s::date;

INSERT INTO mart.list_field_faults (month, field, person_key, region_code, village_code, is_incomplete, is_stale)
SELECT
    month,
    field,
    person_key,
    region_code,
    village_code,
    is_incomplete,
    is_stale
FROM field_fault;
DROP TABLE field_fault;

DELETE FROM mart.five_fields
WHERE month = %(month)s::date;

INSERT INTO mart.five_fields (field, place_code, region_code, level, month, persons, incomplete_persons, stale_persons)
WITH entry AS (
    SELECT
        employed.region_code,
        employed.village_code,
        field.name AS field,
        count(*) AS persons,
        0::bigint AS incomplete_persons,
        0::bigint AS stale_persons
    FROM mart.list_employed AS employed
    CROSS JOIN (VALUES ('contact'), ('work_time'), ('work_place'), ('employer'), ('insurance')) AS field (name)
    WHERE employed.month = %(month)s::date
    GROUP BY employed.region_code, employed.village_code, field.name
    UNION ALL
    SELECT
        fault.region_code,
        fault.village_code,
        fault.field,
        0,
        count(*) FILTER (WHERE fault.is_incomplete),
        count(*) FILTER (WHERE fault.is_stale)
    FROM mart.list_field_faults AS fault
    WHERE fault.month = %(month)s::date
    GROUP BY fault.region_code, fault.village_code, fault.field
)

SELECT
    entry.field,
    place.place_code,
    place.region_code,
    place.level,
    %(month)s::date AS month,
    sum(entry.persons) AS persons,
    sum(entry.incomplete_persons) AS incomplete_persons,
    sum(entry.stale_persons) AS stale_persons
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
GROUP BY entry.field, place.place_code, place.region_code, place.level;
