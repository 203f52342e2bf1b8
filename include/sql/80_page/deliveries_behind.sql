-- Title: 来源批次 | Source deliveries
-- Order: source, region_name, -period, delivery_id
-- Grain: one row per delivery that stands behind a view's figures of a place and month (C2.2).
-- Inputs: ops.publication, ops.visible_delivery, ops.region. Rerun: reads only. A superseded delivery is not among them.
SELECT
    delivery.delivery_id,
    delivery.source,
    sender.region_name,
    delivery.period,
    delivery.file_name,
    publication.published_at,
    delivery.rows_in,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.contract_version
FROM ops.publication AS publication
INNER JOIN ops.visible_delivery AS delivery ON publication.delivery_id = delivery.delivery_id
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
WHERE
    (publication.source = any(%(sources)s) OR cardinality(%(sources)s::text[]) = 0)
    AND (delivery.sender_code = any(%(senders)s) OR delivery.sender_code = %(root)s)
    AND publication.period BETWEEN date_trunc('year', %(month)s::date)::date AND %(month)s::date
    AND NOT EXISTS (
        SELECT
        FROM ops.publication AS later
        WHERE later.supersedes_delivery_id = publication.delivery_id
    )
