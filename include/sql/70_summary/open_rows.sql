-- Grain: one row: rows that somebody has to correct, deliveries they are in, the oldest one's age. Inputs: mart.open_quarantine.
-- Rerun: reads only.
SELECT
    coalesce(sum(open_rows), 0)::bigint AS open_rows,
    count(DISTINCT concat_ws(' ', source, sender_code, period)) AS months,
    coalesce(max(age_days), 0) AS age_days
FROM mart.open_quarantine;
