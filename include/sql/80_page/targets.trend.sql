-- Grain: one row per indicator and month of the year for a place (C6.3). Inputs: mart.target_progress. Rerun: reads only.
SELECT
    progress.indicator,
    progress.month,
    progress.achieved_persons,
    progress.achieved_call_back,
    progress.achieved_employer,
    progress.achieved_insured,
    progress.baseline_persons,
    progress.target_persons
FROM mart.target_progress AS progress
WHERE
    progress.region_code = %(place)s
    AND progress.month BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
ORDER BY progress.indicator, progress.month;
