-- Grain: one row per delivery. Inputs: ops.delivery, ops.receipt, ops.delivery_report. Rerun: reads only.
WITH arrivals AS (
    SELECT
        delivery_id,
        count(*) AS times_arrived
    FROM ops.receipt
    GROUP BY delivery_id
)

SELECT
    delivery.delivery_id,
    delivery.file_name,
    delivery.source,
    delivery.sender_code,
    delivery.period,
    delivery.state,
    delivery.rule_id,
    delivery.reason_zh,
    delivery.reason_en,
    delivery.rows_in,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.rows_duplicate,
    delivery.rows_unchanged,
    coalesce(arrivals.times_arrived, 0) AS times_arrived,
    workbook.path AS workbook
FROM ops.delivery AS delivery
LEFT JOIN arrivals ON delivery.delivery_id = arrivals.delivery_id
LEFT JOIN ops.delivery_report AS workbook ON workbook.delivery_id = delivery.delivery_id AND workbook.kind = 'workbook'
ORDER BY delivery.delivery_id;
