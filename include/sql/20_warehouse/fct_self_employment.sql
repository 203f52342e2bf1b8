-- Publishes: staging.self_employment
-- Grain: one row per business and person, month range in which a version held, and range in which it was known.
-- Inputs: staging.self_employment, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The owner's name stays in the vault.
SELECT
    source.business_code,
    identity.person_key,
    source.region_code,
    source.sector,
    source.registered_on,
    source.closed_on,
    source.support_document,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.self_employment AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
