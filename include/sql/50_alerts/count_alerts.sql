-- Grain: one row: alerts raised since a time. Inputs: ops.alert. Rerun: reads only.
SELECT count(*) AS alerts FROM ops.alert
WHERE raised_at >= %(since)s;
