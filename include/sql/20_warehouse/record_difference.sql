-- What a delivery changes in one resource. Removed are the known keys that it does not name: in a snapshot they end, of a month they are
-- told no more.
-- Grain: delivery and resource. Inputs: ops.delivery, ops.delivery_resource, ops.publication, staging.absent, the counts.
-- Rerun: replaces the row and those of its columns.
DELETE FROM ops.difference WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s;

INSERT INTO ops.difference (
    delivery_id, resource, predecessor_id, rows_added, rows_removed, rows_changed, rows_unchanged
)
SELECT
    own.delivery_id,
    own.resource,
    (
        SELECT publication.delivery_id
        FROM ops.publication AS publication
        WHERE
            publication.source = delivery.source AND publication.sender_code = delivery.sender_code
            AND publication.period <= delivery.period
        ORDER BY publication.period DESC, publication.publication_id DESC
        LIMIT 1
    ),
    %(added)s,
    (SELECT count(*) FROM staging.absent WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s),
    %(changed)s,
    own.rows_accepted - %(added)s - %(changed)s
FROM ops.delivery_resource AS own
INNER JOIN ops.delivery AS delivery ON own.delivery_id = delivery.delivery_id
WHERE own.delivery_id = %(delivery_id)s AND own.resource = %(resource)s;
