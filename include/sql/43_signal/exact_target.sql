-- Signal: 恰好达标 | Exactly the target
-- Clause: C7.3
-- Reason: A figure that equals its target or last year to the person was made to fit.
-- False positive: Chance, the more so for a small figure; a target that was set after the fact.
-- Grain: one row per subject that shows it in the month. Inputs: mart.target_progress, ops.parameter. Rerun: reads only.
SELECT DISTINCT
    progress.region_code,
    'place' AS subject_kind,
    progress.region_code AS subject_code,
    string_agg(progress.indicator || ' ' || progress.achieved_persons, ', ') OVER (PARTITION BY progress.region_code) AS evidence
FROM mart.target_progress AS progress
CROSS JOIN ops.parameter_at('signal_least_records', %(region_code)s, %(month)s::date) AS rule
WHERE
    progress.month = %(month)s::date
    AND progress.achieved_persons IN (progress.target_persons, progress.baseline_persons)
    AND progress.achieved_persons >= rule.value::integer
