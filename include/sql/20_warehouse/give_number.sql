-- A register row without a valid number gets that of the person whom somebody decided it to be: before it is judged.
-- Grain: rows of raw.person of a delivery. Inputs: ops.identity_state, vault.identity. Rerun: changes nothing.
-- The register's own number says which row. Where the delivery names the person by his number, too, both rows would contradict each other.
UPDATE raw.person AS line
SET id_number = given.id_number
FROM (
    SELECT DISTINCT ON (doubt.told_number)
        doubt.told_number,
        identity.id_number
    FROM ops.identity_state AS doubt
    INNER JOIN ops.delivery AS delivery ON doubt.sender_code = delivery.sender_code AND delivery.delivery_id = %(delivery_id)s
    INNER JOIN vault.identity AS identity ON doubt.person_key = identity.person_key
    WHERE doubt.kind = 'no_number' AND doubt.state = 'merged' AND delivery.source = 'household_registry'
    ORDER BY doubt.told_number ASC, doubt.decided_at DESC
) AS given
WHERE
    line.delivery_id = %(delivery_id)s AND line.person_id = given.told_number
    AND ops.id_check_digit_ok(ops.normalise_id(line.id_number)) IS NOT TRUE
    AND given.id_number NOT IN (
        SELECT ops.normalise_id(other.id_number)
        FROM raw.person AS other
        WHERE other.delivery_id = %(delivery_id)s AND other.id_number IS NOT NULL
    );
