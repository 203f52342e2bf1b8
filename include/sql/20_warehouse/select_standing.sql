-- What stands of a month: the delivery of each sender that was published last. Grain: one row per sender. Inputs: ops.publication.
-- Rerun: reads only.
SELECT DISTINCT ON (publication.sender_code) publication.delivery_id
FROM ops.publication AS publication
INNER JOIN ops.delivery AS delivery ON publication.delivery_id = delivery.delivery_id
WHERE
    publication.source = %(source)s AND publication.period = %(period)s
    AND (%(sender_code)s::text IS NULL OR publication.sender_code = %(sender_code)s)
ORDER BY publication.sender_code ASC, delivery.made_at DESC NULLS LAST, publication.delivery_id DESC;
