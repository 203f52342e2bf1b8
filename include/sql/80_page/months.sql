-- Grain: one row per month of which a register was published, newest first. Inputs: ops.publication. Rerun: reads only.
SELECT DISTINCT period AS month
FROM ops.publication
WHERE source = 'household_registry'
ORDER BY month DESC;
