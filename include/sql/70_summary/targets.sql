-- Grain: one row per target of the region, at the latest month that is known. Inputs: mart.target_progress. Rerun: reads only.
SELECT DISTINCT ON (indicator)
    indicator,
    to_char(month, 'YYYY-MM') AS month,
    achieved_persons,
    comparison,
    target_persons,
    full_target_persons,
    population_scale,
    is_met,
    gap_persons,
    projected_persons,
    achieved_insured,
    confirmation
FROM mart.target_progress
WHERE level = 'region' AND target_persons IS NOT NULL
ORDER BY indicator ASC, month DESC;
