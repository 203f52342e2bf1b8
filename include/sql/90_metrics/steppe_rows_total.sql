-- Grain: one row per source and outcome: rows of published deliveries. Inputs: ops.delivery. Rerun: reads only.
SELECT
    delivery.source,
    counted.outcome,
    sum(counted.rows) AS value
FROM ops.delivery AS delivery
CROSS JOIN
    LATERAL (
        VALUES
        ('in', delivery.rows_in),
        ('accepted', delivery.rows_accepted),
        ('quarantined', delivery.rows_quarantined),
        ('duplicate', delivery.rows_duplicate)
    ) AS counted (outcome, rows)
WHERE delivery.state = 'published'
GROUP BY delivery.source, counted.outcome
ORDER BY delivery.source, counted.outcome;
