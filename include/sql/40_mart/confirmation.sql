-- Grain: one row of target_progress per figure whose confirmation changes (C2.7). Inputs: mart.assessment_state, mart.assessment_figure,
-- mart.indicator_value, ops.indicator. Rerun: changes nothing.
-- A figure is 已确认 while it counts the very persons that both sides signed, with the same evidence; a correction makes it 未确认 again.
WITH shown AS (
    SELECT
        progress.indicator,
        progress.region_code,
        progress.month,
        CASE
            WHEN EXISTS (
                SELECT FROM mart.assessment_state AS assessment
                INNER JOIN mart.assessment_figure AS figure
                    ON
                        assessment.indicator = figure.indicator AND assessment.month = figure.month
                        AND assessment.snapshot_no = figure.snapshot_no
                WHERE
                    assessment.indicator = progress.indicator AND assessment.month = progress.month
                    AND assessment.state = 'confirmed' AND assessment.definition_version = definition.version
                    AND figure.region_code = progress.region_code
                    AND figure.members_digest = coalesce(counted.members_digest, 0)
            ) THEN '已确认'
            ELSE '未确认'
        END AS confirmation
    FROM mart.target_progress AS progress
    CROSS JOIN LATERAL ops.indicator_at(progress.indicator, progress.month) AS definition
    LEFT JOIN mart.indicator_value AS counted
        ON
            progress.indicator = counted.indicator AND definition.version = counted.version AND counted.part = 'all'
            AND progress.region_code = counted.place_code AND progress.month = counted.month
    WHERE progress.month = %(month)s::date
)

UPDATE mart.target_progress AS progress
SET confirmation = shown.confirmation
FROM shown
WHERE
    progress.indicator = shown.indicator AND progress.region_code = shown.region_code AND progress.month = shown.month
    AND progress.confirmation <> shown.confirmation;
