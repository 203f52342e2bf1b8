-- Grain: one row per source, sender and month of which anything arrived. Inputs: ops.delivery, ops.publication. Rerun: reads only.
WITH newest AS (
    SELECT DISTINCT ON (source, sender_code, period)
        source,
        sender_code,
        period,
        delivery_id,
        state,
        finished_at
    FROM ops.delivery
    WHERE source IS NOT NULL AND sender_code IS NOT NULL AND period IS NOT NULL
    ORDER BY source ASC, sender_code ASC, period ASC, delivery_id DESC
),

received AS (
    SELECT
        source,
        sender_code,
        period,
        min(received_at) AS first_received_at,
        max(received_at) AS last_received_at
    FROM ops.delivery
    GROUP BY source, sender_code, period
),

published AS (
    SELECT DISTINCT
        source,
        sender_code,
        period
    FROM ops.publication
),

final AS (
    SELECT
        newest.source,
        newest.sender_code,
        newest.period,
        received.first_received_at,
        received.last_received_at,
        published.source IS NOT NULL AS is_published,
        newest.delivery_id AS last_delivery_id,
        newest.state AS last_state,
        newest.finished_at AS last_finished_at
    FROM newest
    INNER JOIN received
        ON newest.source = received.source AND newest.sender_code = received.sender_code AND newest.period = received.period
    LEFT JOIN published
        ON newest.source = published.source AND newest.sender_code = published.sender_code AND newest.period = published.period
)

SELECT * FROM final
ORDER BY source, period, sender_code;
