-- Publishes: staging.employer_unit
-- Grain: one row per employer and sender, month range in which a version held, and range in which it was known.
-- Inputs: staging.employer_unit.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.uscc,
    source.region_code,
    source.unit_name,
    source.industry,
    source.payment_status,
    source.employee_count,
    source.registered_on,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.employer_unit AS source
WHERE source.delivery_id = %(delivery_id)s
