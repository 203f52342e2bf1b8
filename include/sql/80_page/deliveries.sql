-- Title: 报送情况 | Deliveries
-- Group: quality 1
-- Grain: one row per sender and month of a source: on time, late, rejected or missing (C2.2).
-- Inputs: ops.visible_delivery, ops.visible_sender, ops.region. Rerun: reads only.
-- A month that somebody delivered is expected of every sender; when nobody delivered it within a month of its deadline it is history, and
-- history is never late. A feed that the region delivers for everybody has one sender.
WITH arrived AS (
    SELECT
        delivery.sender_code,
        delivery.period,
        min(delivery.received_at) FILTER (WHERE delivery.state = 'published') AS published_received_at,
        min(delivery.received_at) AS received_at,
        max(delivery.delivery_id) AS delivery_id,
        count(*) AS deliveries,
        count(*) FILTER (WHERE delivery.state = 'rejected') AS rejected,
        coalesce(sum(delivery.rows_quarantined), 0) AS rows_quarantined
    FROM ops.visible_delivery AS delivery
    WHERE delivery.source = %(source)s AND delivery.period IS NOT NULL
    GROUP BY delivery.sender_code, delivery.period
),

period AS (
    SELECT
        arrived.period,
        min(arrived.received_at) AS first_received_at,
        (arrived.period + interval '1 month' + %(deadline)s::interval) AT TIME ZONE 'Asia/Shanghai' AS deadline_at
    FROM arrived
    GROUP BY arrived.period
    ORDER BY arrived.period DESC
    LIMIT 12
),

sender AS (
    SELECT visible.sender_code
    FROM ops.visible_sender AS visible
    WHERE
        CASE
            WHEN EXISTS (SELECT FROM arrived WHERE arrived.sender_code = %(root)s) THEN visible.sender_code = %(root)s
            ELSE visible.sender_code = any(%(senders)s)
        END
)

SELECT
    sender.sender_code,
    region.region_name,
    period.period,
    arrived.delivery_id,
    arrived.deliveries,
    arrived.rejected,
    arrived.rows_quarantined::bigint AS rows_quarantined,
    CASE
        WHEN arrived.delivery_id IS NULL THEN 'missing'
        WHEN arrived.published_received_at IS NULL THEN 'rejected'
        WHEN period.first_received_at > period.deadline_at + interval '31 days' THEN 'history'
        WHEN arrived.published_received_at > period.deadline_at THEN 'late'
        ELSE 'on_time'
    END AS punctuality
FROM sender
INNER JOIN ops.region AS region ON sender.sender_code = region.region_code
CROSS JOIN period
LEFT JOIN arrived ON sender.sender_code = arrived.sender_code AND period.period = arrived.period
ORDER BY sender.sender_code, period.period;
