-- Publishes: staging.post_holder
-- Grain: one row per post, holder and month, and range in which it was known.
-- Inputs: staging.post_holder, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The holder's name stays in the vault.
SELECT
    source.post_code,
    source.region_code,
    identity.person_key,
    source.month,
    source.started_on,
    source.ended_on,
    source.cannot_leave_home,
    source.has_no_other_work,
    source.cannot_escape_poverty,
    source.attended_days,
    source.pay_fen,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.post_holder AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
