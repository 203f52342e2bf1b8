-- What spells and contributions say of a month, in four tables that fct_employment_month.sql reads and build drops before it commits:
-- permanent tables, because a query over temporary ones would not run in parallel; unlogged, because nobody else ever sees them.
-- Grain: warehouse.place_now one row per banner; warehouse.insured_now one row per person with a contribution paid for the year up to the month; warehouse.spell_now one row per
-- person and sender with a spell in that time; warehouse.alias_now one row per key of a person with several.
-- Inputs: fct_insurance_month, fct_employment_spell, dim_person, person_link, person_contested (as known now), ops.region, ops.parameter.
-- What a source tells under a number that it gives to another name counts for nobody until a person has decided.
-- Rerun: inside the build's transaction, after the tables were dropped.
-- Evidence of a spell, best first (C7.2): 1 an employee scheme was paid for one of its months, 2 employer or contract, 3 call-back,
-- 4 self-report. The *_tier columns look back to January: a snapshot tells all spells of its year, also those that have ended.
CREATE UNLOGGED TABLE warehouse.place_now AS
SELECT
    banner.region_code,
    string_to_array(rule.value, ',') AS out_classes
FROM ops.region AS banner
LEFT JOIN LATERAL ops.parameter_at('out_migration_place_classes', banner.region_code, %(month)s::date) AS rule ON TRUE
WHERE banner.level = 'banner';

-- Keys that people decided to be one person: a banner tells of him once, under the main key where it knows that one.
CREATE UNLOGGED TABLE warehouse.alias_now AS
SELECT
    person.person_key,
    person.sender_code,
    person.region_code,
    family.main_key,
    row_number() OVER (
        PARTITION BY family.main_key, person.region_code
        ORDER BY person.person_key = family.main_key DESC, person.sender_code ASC, person.person_key ASC
    ) = 1 AS is_told
FROM warehouse.dim_person AS person
INNER JOIN (
    SELECT
        link.person_key,
        link.main_key
    FROM warehouse.person_link AS link
    WHERE link.known_to = 'infinity'
    UNION
    SELECT
        link.main_key AS person_key,
        link.main_key
    FROM warehouse.person_link AS link
    WHERE link.known_to = 'infinity'
) AS family ON person.person_key = family.person_key
WHERE
    person.known_to = 'infinity' AND person.valid_from <= %(month)s::date AND person.valid_to > %(month)s::date
    AND person.sender_code = any(%(sender_codes)s::text[]);

CREATE UNLOGGED TABLE warehouse.insured_now AS
WITH paid AS (
    SELECT
        coalesce(link.main_key, contribution.person_key) AS person_key,
        contribution.scheme,
        contribution.uscc,
        contribution.delivery_id,
        contribution.scheme <> 'resident_pension' AS is_employee_scheme,
        contribution.due_month = %(month)s::date AS is_of_month,
        extract(MONTH FROM contribution.due_month)::integer AS month_no
    FROM warehouse.fct_insurance_month AS contribution
    LEFT JOIN warehouse.person_link AS link ON contribution.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        contribution.known_to = 'infinity' AND contribution.is_received
        AND NOT EXISTS (
            SELECT FROM warehouse.person_contested AS contested
            WHERE
                contested.person_key = contribution.person_key AND contested.sender_code = contribution.sender_code
                AND contested.source = 'social_insurance' AND contested.known_to = 'infinity'
        )
        AND contribution.due_month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
)

SELECT
    paid.person_key,
    coalesce(bool_or(paid.is_employee_scheme) FILTER (WHERE paid.is_of_month), FALSE) AS is_employee_insured,
    coalesce(bool_or(paid.scheme = 'unemployment') FILTER (WHERE paid.is_of_month), FALSE) AS is_unemployment_insured,
    coalesce(bool_or(paid.scheme = 'work_injury') FILTER (WHERE paid.is_of_month), FALSE) AS is_injury_insured,
    coalesce(
        bool_or(paid.scheme IN ('employee_pension', 'resident_pension')) FILTER (WHERE paid.is_of_month), FALSE
    ) AS is_pension_insured,
    max(paid.uscc) FILTER (WHERE paid.is_of_month AND paid.is_employee_scheme) AS uscc,
    max(paid.delivery_id) FILTER (WHERE paid.is_of_month) AS delivery_id,
    -- January is 1, February 2, March 4 …: a spell's months and the paid ones meet where the two have a bit in common.
    coalesce(bit_or(1 << (paid.month_no - 1)) FILTER (WHERE paid.is_employee_scheme), 0) AS paid_months
FROM paid
GROUP BY paid.person_key;

ANALYZE warehouse.place_now, warehouse.alias_now, warehouse.insured_now;

CREATE UNLOGGED TABLE warehouse.spell_now AS
WITH source AS (
    SELECT
        spell.*,
        coalesce(link.main_key, spell.person_key) AS main_key,
        spell.work_place_class = any(rule.out_classes) AS is_out,
        spell.channel = 'jingmeng' AND left(spell.work_region_code, 2) = left(%(region_code)s, 2) AS is_jingmeng_local,
        left(spell.work_region_code, 2) = '11' AS is_in_beijing,
        CASE
            WHEN spell.verification = 'employer' OR spell.contract_signed_on IS NOT NULL THEN 2
            WHEN spell.verification = 'call_back' THEN 3
            ELSE 4
        END AS told_tier,
        extract(MONTH FROM greatest(spell.started_on, date_trunc('year', %(month)s::date)::date))::integer AS first_month_no,
        extract(MONTH FROM least(spell.ended_on, %(month)s::date))::integer AS last_month_no
    FROM warehouse.fct_employment_spell AS spell
    INNER JOIN warehouse.place_now AS rule ON spell.region_code = rule.region_code
    LEFT JOIN warehouse.person_link AS link ON spell.person_key = link.person_key AND link.known_to = 'infinity'
    WHERE
        spell.known_to = 'infinity' AND spell.valid_from <= %(month)s::date AND spell.valid_to > %(month)s::date
        AND spell.sender_code = any(%(sender_codes)s::text[])
        AND spell.started_on < (%(month)s::date + interval '1 month')::date
        AND coalesce(spell.ended_on, 'infinity'::date) >= date_trunc('year', %(month)s::date)::date
),

spell AS (
    SELECT
        source.*,
        CASE
            WHEN insured_now.paid_months & ((1 << source.last_month_no) - (1 << (source.first_month_no - 1))) <> 0 THEN 1
            ELSE source.told_tier
        END AS tier
    FROM source
    LEFT JOIN warehouse.insured_now AS insured_now ON source.main_key = insured_now.person_key
),

latest AS (
    SELECT DISTINCT ON (spell.main_key, spell.sender_code) spell.*
    FROM spell
    WHERE coalesce(spell.ended_on, 'infinity'::date) >= %(month)s::date
    ORDER BY spell.main_key ASC, spell.sender_code ASC, spell.started_on DESC, spell.spell_id DESC
),

so_far AS (
    SELECT
        spell.main_key AS person_key,
        spell.sender_code,
        min(spell.tier) FILTER (WHERE spell.is_out) AS out_tier,
        min(spell.tier) FILTER (WHERE spell.is_jingmeng_local) AS jingmeng_tier,
        min(spell.tier) FILTER (WHERE spell.is_out AND spell.is_in_beijing) AS beijing_tier
    FROM spell
    GROUP BY spell.main_key, spell.sender_code
)

SELECT
    so_far.person_key,
    so_far.sender_code,
    so_far.out_tier,
    so_far.jingmeng_tier,
    so_far.beijing_tier,
    latest.person_key IS NOT NULL AS is_current,
    latest.told_tier,
    latest.work_place_class,
    latest.work_region_code,
    latest.employer_uscc,
    latest.channel,
    latest.is_organised,
    latest.is_jingmeng_local,
    latest.is_in_beijing,
    latest.delivery_id
FROM so_far
LEFT JOIN latest ON so_far.person_key = latest.main_key AND so_far.sender_code = latest.sender_code;

ANALYZE warehouse.spell_now;
