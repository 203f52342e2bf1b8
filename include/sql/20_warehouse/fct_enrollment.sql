-- Publishes: staging.enrollment
-- Grain: one row per person and scheme, month range in which a version held, and range in which it was known.
-- Inputs: staging.enrollment, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The day of death stays behind; only that there is one is kept.
SELECT
    identity.person_key,
    source.region_code,
    source.scheme,
    source.uscc,
    source.first_enrolled_month,
    source.person_status,
    source.payment_status,
    source.started_on,
    source.ended_on,
    source.died_on IS NOT NULL AS is_deceased,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.enrollment AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
