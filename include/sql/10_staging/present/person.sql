-- A person whose ID number is wrong this month is still told of by the register's own number: he is not absent.
-- Grain: deletes one row per key of staging.absent. Inputs: quarantine.row, warehouse.dim_person. Rerun: deletes nothing more.
-- IS TRUE keeps the rejected numbers a hash that is looked up, whatever the planner thinks of the size of new tables.
DELETE FROM staging.absent
USING warehouse.dim_person AS known
WHERE
    absent.delivery_id = %(delivery_id)s AND absent.resource = 'person'
    AND known.key_hash = absent.key_hash AND known.sender_code = %(sender_code)s AND known.known_to = 'infinity'
    AND known.valid_from <= %(period)s::date AND known.valid_to > %(period)s::date
    AND (
        known.person_id IN (
            SELECT rejected.record ->> 'person_id'
            FROM quarantine.row AS rejected
            WHERE rejected.delivery_id = %(delivery_id)s AND rejected.resource = 'person'
        )
    ) IS TRUE;
