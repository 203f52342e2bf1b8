-- Title: 口径 | Definitions
-- Order: parameter, region_name, valid_from
-- Grain: one row per dated parameter as it holds or held (C1.3, C2.7). Inputs: ops.parameter, ops.region. Rerun: reads only.
SELECT
    parameter.name AS parameter,
    region.region_name,
    parameter.valid_from,
    parameter.value,
    parameter.unit,
    parameter.clause,
    parameter.source AS origin,
    parameter.status AS definition_status
FROM ops.parameter AS parameter
INNER JOIN ops.region AS region ON parameter.region_code = region.region_code
