-- What a row without a number told of a person, by a decision that was reversed, is told no longer: nothing excuses its absence.
-- Grain: one row per key in staging.absent. Inputs: ops.identity_state, ops.identity_decision, dim_person (as known now). Rerun: adds nothing.
INSERT INTO staging.absent (delivery_id, resource, key_hash, is_expected)
SELECT DISTINCT
    delivery.delivery_id,
    'person' AS resource,
    known.key_hash,
    FALSE AS is_expected
FROM ops.delivery AS delivery
INNER JOIN ops.identity_state AS doubt
    ON delivery.sender_code = doubt.sender_code AND doubt.kind = 'no_number' AND doubt.state = 'apart'
INNER JOIN ops.identity_decision AS earlier ON doubt.case_id = earlier.case_id AND earlier.decision = 'one'
INNER JOIN warehouse.dim_person AS known
    ON
        delivery.sender_code = known.sender_code AND doubt.person_key = known.person_key AND doubt.told_number = known.person_id
        AND known.known_to = 'infinity' AND known.valid_from <= delivery.period AND known.valid_to > delivery.period
INNER JOIN quarantine.row AS rejected
    ON
        delivery.delivery_id = rejected.delivery_id AND rejected.resource = 'person'
        AND rejected.record ->> 'person_id' = doubt.told_number
WHERE delivery.delivery_id = %(delivery_id)s AND delivery.source = 'household_registry'
ON CONFLICT (delivery_id, resource, key_hash) DO NOTHING;
