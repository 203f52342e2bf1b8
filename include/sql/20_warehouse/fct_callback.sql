-- Publishes: staging.callback
-- Grain: one row per call, and range in which it was known.
-- Inputs: staging.callback, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The person's name stays in the vault.
SELECT
    source.call_code,
    identity.person_key,
    source.region_code,
    source.called_on,
    source.outcome,
    source.is_employed,
    source.place_class,
    source.work_county_code,
    source.is_phone_own,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.callback AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
