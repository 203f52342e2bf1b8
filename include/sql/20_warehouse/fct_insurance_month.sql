-- Publishes: staging.contribution
-- Grain: one row per person, scheme and month due, and range in which it was known.
-- Inputs: staging.contribution, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- A contribution may be told months after it was due: due_month says what it is for, period when it was told.
SELECT
    identity.person_key,
    source.region_code,
    source.scheme,
    source.uscc,
    source.settled_month,
    source.due_month,
    source.base_fen,
    source.employer_due_fen,
    source.person_due_fen,
    source.employer_paid_fen,
    source.person_paid_fen,
    source.is_received,
    source.received_on,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.contribution AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
