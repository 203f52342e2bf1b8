-- Grain: one row per snapshot of a month that waits for a signature and league where the sides differ; one without league where they do not.
-- Inputs: mart.assessment_state, mart.assessment_figure, ops.indicator, ops.region. Rerun: reads only.
SELECT
    assessment.indicator,
    definition.label_zh,
    definition.definition,
    assessment.month,
    assessment.snapshot_no,
    encode(assessment.sha256, 'hex') AS sha256,
    assessment.hr_persons,
    assessment.poverty_persons,
    assessment.hr_only_persons,
    assessment.poverty_only_persons,
    league.region_name,
    figure.hr_only_persons AS league_hr_only_persons,
    figure.poverty_only_persons AS league_poverty_only_persons
FROM mart.assessment_state AS assessment
INNER JOIN ops.indicator AS definition
    ON assessment.indicator = definition.indicator AND assessment.definition_version = definition.version
LEFT JOIN mart.assessment_figure AS figure
    ON
        assessment.indicator = figure.indicator AND assessment.month = figure.month
        AND assessment.snapshot_no = figure.snapshot_no AND figure.level = 'league'
        AND figure.hr_only_persons + figure.poverty_only_persons > 0
LEFT JOIN ops.region AS league ON figure.region_code = league.region_code
WHERE assessment.month = %(month)s::date AND assessment.state = 'open'
ORDER BY assessment.indicator, figure.region_code
