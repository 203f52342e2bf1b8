-- Title: 报送批次 | Delivery
-- Grain: one row: a delivery and its life (C2.2). Inputs: ops.visible_delivery, ops.region, ops.publication. Rerun: reads only.
SELECT
    delivery.delivery_id,
    delivery.source,
    delivery.sender_code,
    sender.region_name,
    delivery.period,
    delivery.file_name,
    delivery.size_bytes,
    delivery.sha256,
    delivery.contract_version,
    delivery.rule_set_digest,
    delivery.state,
    delivery.rule_id,
    delivery.reason_zh,
    delivery.reason_en,
    delivery.rows_in,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.rows_duplicate,
    delivery.rows_unchanged,
    delivery.received_at,
    delivery.gated_at,
    delivery.finished_at,
    publication.publication_id,
    publication.published_at,
    publication.supersedes_delivery_id,
    later.delivery_id AS superseded_by_delivery_id
FROM ops.visible_delivery AS delivery
LEFT JOIN ops.region AS sender ON delivery.sender_code = sender.region_code
LEFT JOIN ops.publication AS publication ON delivery.delivery_id = publication.delivery_id
LEFT JOIN ops.publication AS later ON delivery.delivery_id = later.supersedes_delivery_id
WHERE delivery.delivery_id = ops.to_int_or_null(%(id)s);
