-- What is in quarantine of a delivery, as counts; an earlier delivery of the month that was rejected is an attempt that this one replaces.
-- Grain: one row per resource, rule and banner; a row counts under its first rule. Inputs: quarantine.row, ops.delivery.
-- Rerun: replaces the delivery's rows.
DELETE FROM ops.quarantine_count WHERE delivery_id = %(delivery_id)s;

INSERT INTO ops.quarantine_count (delivery_id, resource, rule_id, region_code, row_count)
SELECT
    rejected.delivery_id,
    rejected.resource,
    rejected.rule_ids[1],
    coalesce(rejected.region_code, delivery.sender_code),
    count(*)
FROM quarantine.row AS rejected
INNER JOIN ops.delivery AS delivery ON delivery.delivery_id = rejected.delivery_id
WHERE rejected.delivery_id = %(delivery_id)s
GROUP BY rejected.delivery_id, rejected.resource, rejected.rule_ids[1], coalesce(rejected.region_code, delivery.sender_code);

UPDATE ops.quarantine_count AS counted
SET
    released_at = now(),
    released_by = later.delivery_id
FROM ops.delivery AS attempt
INNER JOIN ops.delivery AS later
    ON later.source = attempt.source AND later.sender_code = attempt.sender_code AND later.period = attempt.period
WHERE
    later.delivery_id = %(delivery_id)s AND attempt.delivery_id = counted.delivery_id
    AND attempt.state = 'rejected' AND attempt.delivery_id < later.delivery_id AND counted.released_at IS NULL;
