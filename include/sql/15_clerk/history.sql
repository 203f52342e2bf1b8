-- How the sender did in the last twelve months on file, this delivery's included.
-- Grain: one row per month, the oldest first; its last delivery that was judged. Inputs: ops.delivery. Rerun: reads only.
WITH judged AS (
    SELECT DISTINCT ON (other.period)
        other.period,
        other.rows_in,
        other.rows_quarantined,
        other.state
    FROM ops.delivery AS other
    INNER JOIN ops.delivery AS delivery ON delivery.source = other.source AND delivery.sender_code = other.sender_code
    WHERE
        delivery.delivery_id = %(delivery_id)s AND other.delivery_id <= delivery.delivery_id
        AND other.period <= delivery.period AND other.rows_in > 0 AND other.rows_quarantined IS NOT NULL
    ORDER BY other.period ASC, other.delivery_id DESC
),

latest AS (
    SELECT * FROM judged
    ORDER BY period DESC
    LIMIT 12
)

SELECT
    period,
    rows_in,
    rows_quarantined,
    state
FROM latest
ORDER BY period;
