-- A person whose ID number is wrong this month, or whose line could not be split, is still told of by the business: it is not absent.
-- Grain: deletes one row per key of staging.absent. Inputs: quarantine.row, warehouse.fct_self_employment. Rerun: deletes nothing more.
-- IS TRUE keeps the rejected numbers a hash that is looked up, whatever the planner thinks of the size of new tables.
DELETE FROM staging.absent
USING warehouse.fct_self_employment AS known
WHERE
    absent.delivery_id = %(delivery_id)s AND absent.resource = 'self_employment'
    AND known.key_hash = absent.key_hash AND known.sender_code = %(sender_code)s AND known.known_to = 'infinity'
    AND known.valid_from <= %(period)s::date AND known.valid_to > %(period)s::date
    AND (
        known.business_code IN (
            SELECT token.value
            FROM quarantine.row AS rejected
            CROSS JOIN regexp_split_to_table(coalesce(rejected.record ->> 'text', rejected.record ->> 'business_code'), '[",]') AS token (value)
            WHERE rejected.delivery_id = %(delivery_id)s AND rejected.resource = 'self_employment'
        )
    ) IS TRUE;
