-- Signal: 记录雷同 | Identical records
-- Clause: C7.3
-- Reason: Several persons of one village with the same self-reported employer, first day and wage were copied from one record.
-- False positive: A team of neighbours that works on one site: its employer or a call-back confirms it.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_spell, fct_employment_month as known now, ops.parameter. Rerun: reads only.
WITH copied AS (
    SELECT
        employment.region_code,
        employment.person_key,
        count(*) OVER (
            PARTITION BY employment.village_code, spell.work_region_code, spell.employer_name, spell.started_on, spell.monthly_wage_fen
        ) AS alike
    FROM warehouse.fct_employment_spell AS spell
    INNER JOIN warehouse.fct_employment_month AS employment
        ON
            spell.person_key = employment.person_key AND spell.sender_code = employment.sender_code
            AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
    WHERE
        spell.known_to = 'infinity' AND spell.valid_from <= %(month)s::date AND spell.valid_to > %(month)s::date
        AND spell.verification = 'self_report' AND spell.contract_signed_on IS NULL AND NOT spell.is_organised
        AND spell.employer_name IS NOT NULL AND spell.monthly_wage_fen IS NOT NULL
        AND spell.started_on < (%(month)s::date + interval '1 month')::date AND coalesce(spell.ended_on, 'infinity'::date) >= %(month)s::date
)

SELECT DISTINCT
    copied.region_code,
    'person' AS subject_kind,
    copied.person_key::text AS subject_code,
    copied.alike || ' alike in the village' AS evidence
FROM copied
CROSS JOIN ops.parameter_at('signal_identical_records', %(region_code)s, %(month)s::date) AS rule
WHERE copied.alike >= rule.value::integer
