-- A publication takes the place of whatever its sender delivered for the month before: rows still in quarantine are released.
-- Grain: rows of ops.quarantine_count of earlier deliveries. Inputs: ops.delivery. Rerun: changes nothing.
UPDATE ops.quarantine_count AS counted
SET
    released_at = %(published_at)s,
    released_by = later.delivery_id
FROM ops.delivery AS earlier
INNER JOIN ops.delivery AS later
    ON later.source = earlier.source AND later.sender_code = earlier.sender_code AND later.period = earlier.period
WHERE
    later.delivery_id = %(delivery_id)s AND earlier.delivery_id = counted.delivery_id
    AND earlier.delivery_id < later.delivery_id AND counted.released_at IS NULL;
