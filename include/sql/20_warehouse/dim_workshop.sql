-- Publishes: staging.workshop
-- Grain: one row per workshop, month range in which a version held, and range in which it was known.
-- Inputs: staging.workshop.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.workshop_code,
    source.workshop_name,
    source.credit_code,
    source.region_code,
    source.village_code,
    source.recognised_on,
    source.closed_on,
    source.is_operating,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.workshop AS source
WHERE source.delivery_id = %(delivery_id)s
