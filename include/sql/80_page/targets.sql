-- Title: 目标进度 | Targets
-- Group: targets 1
-- Sources: household_registry, social_insurance
-- Definitions: out_migration, jingmeng_local_transfer, beijing, out_migration_place_classes
-- Grain: one row per indicator for a place and for each place right below it, up to a month (C6.1, C6.2, C6.3).
-- Inputs: mart.target_progress, ops.region. Rerun: reads only.
SELECT
    progress.indicator,
    progress.region_code,
    progress.region_name,
    progress.level,
    progress.month,
    progress.achieved_persons,
    progress.achieved_insured,
    progress.achieved_employer,
    progress.achieved_call_back,
    progress.baseline_persons,
    round(progress.achieved_persons * 100.0 / nullif(progress.baseline_persons, 0), 1) AS of_baseline_percent,
    progress.is_baseline_met,
    progress.target_persons,
    progress.full_target_persons,
    progress.population_scale,
    progress.comparison,
    progress.is_met,
    progress.gap_persons,
    progress.pace_percent,
    progress.projected_persons,
    progress.projection_method,
    progress.confirmation
FROM mart.target_progress AS progress
INNER JOIN ops.region AS region ON progress.region_code = region.region_code
WHERE progress.month = %(month)s AND %(place)s IN (progress.region_code, region.parent_code)
ORDER BY
    progress.region_code <> %(place)s ASC,
    progress.region_code ASC,
    progress.target_persons DESC NULLS LAST,
    progress.achieved_persons DESC;
