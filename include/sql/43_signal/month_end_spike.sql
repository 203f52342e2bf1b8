-- Signal: 月末集中登记 | Month-end spike
-- Clause: C7.3
-- Reason: Work that begins on the last three days of the month for most of a banner was entered to reach a figure.
-- False positive: A batch that left together near the end of the month; harvest or spring work that begins on a common day.
-- Grain: one row per subject that shows it in the month. Inputs: fct_employment_spell as known now, ops.parameter. Rerun: reads only.
WITH begun AS (
    SELECT
        spell.region_code,
        count(*) AS spells,
        count(*) FILTER (WHERE spell.started_on >= (%(month)s::date + interval '1 month')::date - 3) AS late_spells
    FROM warehouse.fct_employment_spell AS spell
    WHERE
        spell.known_to = 'infinity' AND spell.valid_from <= %(month)s::date AND spell.valid_to > %(month)s::date
        AND spell.started_on >= %(month)s::date AND spell.started_on < (%(month)s::date + interval '1 month')::date
        AND NOT spell.is_organised
    GROUP BY spell.region_code
)

SELECT
    begun.region_code,
    'place' AS subject_kind,
    begun.region_code AS subject_code,
    begun.late_spells || ' of ' || begun.spells || ' spells begin on the last three days' AS evidence
FROM begun
CROSS JOIN ops.parameter_at('signal_month_end_percent', %(region_code)s, %(month)s::date) AS rule
CROSS JOIN ops.parameter_at('signal_least_records', %(region_code)s, %(month)s::date) AS least
WHERE begun.spells >= least.value::integer AND begun.late_spells * 100 >= rule.value::numeric * begun.spells
