-- Grain: one row for the delivery: what its publication will say of time. Inputs: ops.delivery, ops.publication. Rerun: reads only.
-- known_from is read after the sender's lock was got and lies after every publication of his; a verdict is overtaken when another
-- delivery of the same source and sender was published after it was given and it had left rows out as unchanged. A delivery is outdated
-- when a file that was made later is published for its month.
SELECT
    (
        SELECT min(later.period)
        FROM ops.publication AS later
        WHERE
            later.source = delivery.source AND later.sender_code = delivery.sender_code AND later.period > delivery.period
    ) AS next_period,
    (
        SELECT earlier.delivery_id
        FROM ops.publication AS earlier
        WHERE
            earlier.source = delivery.source AND earlier.sender_code = delivery.sender_code AND earlier.period = delivery.period
            AND earlier.delivery_id <> delivery.delivery_id
        ORDER BY earlier.publication_id DESC
        LIMIT 1
    ) AS supersedes_delivery_id,
    greatest(
        clock_timestamp(),
        (
            SELECT max(before.published_at) + interval '1 microsecond'
            FROM ops.publication AS before
            WHERE before.sender_code = delivery.sender_code
        )
    ) AS known_from,
    hashtextextended(coalesce(delivery.rule_set_digest, ''), 0) AS rule_set_digest,
    coalesce(delivery.rows_unchanged, 0) > 0 AND EXISTS (
        SELECT FROM ops.publication AS since
        WHERE
            since.source = delivery.source AND since.sender_code = delivery.sender_code
            AND since.published_at > delivery.gated_at
    ) AS is_overtaken,
    (
        SELECT count(*) > 0
        FROM ops.publication AS standing
        INNER JOIN ops.delivery AS made ON standing.delivery_id = made.delivery_id
        WHERE
            standing.source = delivery.source AND standing.sender_code = delivery.sender_code AND standing.period = delivery.period
            AND made.made_at > delivery.made_at
    ) AS is_outdated
FROM ops.delivery AS delivery
WHERE delivery.delivery_id = %(delivery_id)s
