-- Title: 口径 | Definitions
-- Order: definition_kind, definition, region_name, valid_from
-- Grain: one row per registered definition as it holds or held: an indicator's version, a dated parameter, the rule of a programme (C1.3, C2.7).
-- Inputs: ops.indicator, ops.parameter, ops.programme, ops.region. Rerun: reads only.
SELECT
    'indicator' AS definition_kind,
    indicator.indicator AS definition,
    region.region_name,
    indicator.version::text AS version,
    indicator.valid_from,
    indicator.definition AS value,
    indicator.grain AS unit,
    indicator.clause,
    indicator.source AS origin,
    indicator.status AS definition_status
FROM ops.indicator AS indicator
INNER JOIN ops.region AS region ON region.level = 'region'
UNION ALL
SELECT
    'parameter' AS definition_kind,
    parameter.name AS definition,
    region.region_name,
    NULL AS version,
    parameter.valid_from,
    parameter.value,
    parameter.unit,
    parameter.clause,
    parameter.source AS origin,
    parameter.status AS definition_status
FROM ops.parameter AS parameter
INNER JOIN ops.region AS region ON parameter.region_code = region.region_code
UNION ALL
SELECT
    'programme' AS definition_kind,
    programme.programme_code AS definition,
    region.region_name,
    programme.rule_version AS version,
    programme.valid_from,
    coalesce(round(programme.amount_fen / 100.0, 2)::text, programme.rate_percent || ' %%') AS value,
    programme.unit,
    programme.clause,
    programme.source AS origin,
    programme.status AS definition_status
FROM ops.programme AS programme
INNER JOIN ops.region AS region ON programme.region_code = region.region_code
