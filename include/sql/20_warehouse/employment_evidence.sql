-- What spells and contributions say of a month, in two tables that fct_employment_month.sql reads and build drops before it commits:
-- permanent tables, because a query over temporary ones would not run in parallel; unlogged, because nobody else ever sees them.
-- Grain: warehouse.insured_now one row per person and month of the year up to the month; warehouse.spell_now one row per person and
-- sender with a spell in that time. Inputs: fct_insurance_month, fct_employment_spell (as known now), ops.region, ops.parameter.
-- Rerun: inside the build's transaction, after the tables were dropped.
-- Evidence of a spell, best first (C7.2): 1 an employee scheme was paid for one of its months, 2 employer or contract, 3 call-back,
-- 4 self-report. The *_tier columns look back to January: a snapshot tells all spells of its year, also those that have ended.
CREATE UNLOGGED TABLE warehouse.insured_now AS
SELECT
    contribution.person_key,
    contribution.due_month,
    bool_or(contribution.scheme <> 'resident_pension') AS is_employee_insured,
    bool_or(contribution.scheme = 'unemployment') AS is_unemployment_insured,
    bool_or(contribution.scheme = 'work_injury') AS is_injury_insured,
    bool_or(contribution.scheme IN ('employee_pension', 'resident_pension')) AS is_pension_insured,
    max(contribution.uscc) FILTER (WHERE contribution.scheme <> 'resident_pension') AS uscc,
    max(contribution.delivery_id) AS delivery_id
FROM warehouse.fct_insurance_month AS contribution
WHERE
    contribution.known_to = 'infinity' AND contribution.is_received
    AND contribution.due_month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
GROUP BY contribution.person_key, contribution.due_month;

CREATE UNLOGGED TABLE warehouse.spell_now AS
WITH rule AS (
    SELECT
        banner.region_code,
        (
            SELECT string_to_array(parameter.value, ',')
            FROM ops.parameter AS parameter
            WHERE
                parameter.name = 'out_migration_place_classes'
                AND parameter.valid_from <= %(month)s::date
                AND parameter.region_code IN (banner.region_code, banner.parent_code, %(region_code)s)
            ORDER BY
                parameter.region_code = banner.region_code DESC, parameter.region_code = banner.parent_code DESC,
                parameter.valid_from DESC
            LIMIT 1
        ) AS place_classes
    FROM ops.region AS banner
    WHERE banner.level = 'banner'
),

insured AS (
    SELECT
        insured_now.person_key,
        insured_now.due_month
    FROM warehouse.insured_now AS insured_now
    WHERE insured_now.is_employee_insured
),

source AS (
    SELECT
        spell.*,
        spell.work_place_class = any(rule.place_classes) AS is_out,
        spell.channel = 'jingmeng' AND left(spell.work_region_code, 2) = left(%(region_code)s, 2) AS is_jingmeng_local,
        left(spell.work_region_code, 2) = '11' AS is_in_beijing,
        CASE
            WHEN spell.verification = 'employer' OR spell.contract_signed_on IS NOT NULL THEN 2
            WHEN spell.verification = 'call_back' THEN 3
            ELSE 4
        END AS told_tier
    FROM warehouse.fct_employment_spell AS spell
    INNER JOIN rule ON spell.region_code = rule.region_code
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
            WHEN EXISTS (
                SELECT FROM insured
                WHERE
                    insured.person_key = source.person_key
                    AND insured.due_month >= date_trunc('month', source.started_on)::date
                    AND insured.due_month <= coalesce(source.ended_on, 'infinity'::date)
            ) THEN 1
            ELSE source.told_tier
        END AS tier
    FROM source
),

latest AS (
    SELECT DISTINCT ON (spell.person_key, spell.sender_code) spell.*
    FROM spell
    WHERE coalesce(spell.ended_on, 'infinity'::date) >= %(month)s::date
    ORDER BY spell.person_key ASC, spell.sender_code ASC, spell.started_on DESC, spell.spell_id DESC
),

so_far AS (
    SELECT
        spell.person_key,
        spell.sender_code,
        min(spell.tier) FILTER (WHERE spell.is_out) AS out_tier,
        min(spell.tier) FILTER (WHERE spell.is_jingmeng_local) AS jingmeng_tier,
        min(spell.tier) FILTER (WHERE spell.is_out AND spell.is_in_beijing) AS beijing_tier
    FROM spell
    GROUP BY spell.person_key, spell.sender_code
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
LEFT JOIN latest ON so_far.person_key = latest.person_key AND so_far.sender_code = latest.sender_code;

ANALYZE warehouse.insured_now, warehouse.spell_now;
