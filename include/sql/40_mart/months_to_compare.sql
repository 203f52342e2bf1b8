-- Grain: one row per month of which an agency has published something since it was compared; the newest twelve.
-- Inputs: ops.publication, ops.across_result. Rerun: reads only.
SELECT told.period AS month
FROM (
    SELECT
        period,
        max(published_at) AS published_at
    FROM ops.publication
    GROUP BY period
) AS told
WHERE
    EXISTS (
        SELECT FROM ops.publication AS register
        WHERE register.source = 'household_registry' AND register.period = told.period
    )
    AND NOT EXISTS (
        SELECT FROM ops.across_result AS compared
        WHERE compared.month = told.period AND compared.evaluated_at > told.published_at
    )
ORDER BY told.period DESC
LIMIT 12;
