-- Title: 隔离与退回 | Quarantine
-- Group: quality 3
-- Order: -age_days, delivery_id
-- Grain: one row per delivery that is rejected, or has rows in quarantine, and that no later delivery of its month has put right.
-- Inputs: ops.visible_delivery, ops.region. Rerun: reads only.
SELECT
    delivery.delivery_id,
    delivery.source,
    sender.region_name,
    delivery.period,
    delivery.state,
    delivery.rows_in,
    delivery.rows_quarantined,
    extract(DAY FROM now() - coalesce(delivery.gated_at, delivery.finished_at))::integer AS age_days,
    delivery.rule_id,
    delivery.reason_zh,
    delivery.file_name
FROM ops.visible_delivery AS delivery
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
WHERE
    (delivery.state = 'rejected' OR delivery.rows_quarantined > 0)
    AND NOT EXISTS (
        SELECT
        FROM ops.visible_delivery AS later
        WHERE
            later.source = delivery.source AND later.sender_code = delivery.sender_code AND later.period = delivery.period
            AND later.delivery_id > delivery.delivery_id AND later.state = 'published'
    )
