-- Grain: one row: a delivery as an alert may tell it, without its file's name. Inputs: ops.delivery, ops.region,
-- quarantine.row, ops.delivery_report. Rerun: reads only.
-- region_code: the one banner of the sender that all rows in quarantine are of, else the sender.
WITH quarantined AS (
    SELECT CASE WHEN min(region_code) = max(region_code) AND count(*) = count(region_code) THEN min(region_code) END AS region_code
    FROM quarantine.row
    WHERE delivery_id = %(delivery_id)s
)

SELECT
    delivery.delivery_id,
    delivery.sha256,
    delivery.source,
    sender.region_code AS sender_code,
    sender.region_name AS sender_name,
    delivery.period,
    delivery.state,
    delivery.rule_id,
    delivery.rows_in,
    delivery.rows_quarantined,
    coalesce(banner.region_code, sender.region_code) AS region_code,
    workbook.path AS workbook,
    page.path AS page
FROM ops.delivery AS delivery
CROSS JOIN quarantined
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
LEFT JOIN ops.region AS banner
    ON
        quarantined.region_code = banner.region_code
        AND (sender.level = 'region' OR sender.region_code IN (banner.sender_code, banner.parent_code))
LEFT JOIN ops.delivery_report AS workbook ON workbook.delivery_id = delivery.delivery_id AND workbook.kind = 'workbook'
LEFT JOIN ops.delivery_report AS page ON page.delivery_id = delivery.delivery_id AND page.kind = 'page'
WHERE delivery.delivery_id = %(delivery_id)s;
