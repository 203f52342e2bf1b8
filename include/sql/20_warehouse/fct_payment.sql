-- Publishes: staging.payment_line
-- Grain: one row per payment order and line, and range in which it was known.
-- Inputs: staging.payment_line, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The name of the account stays in the vault, and only if it is a person's.
-- A payee who is no person has no token: the table's own CHECK says which of the two there is.
SELECT
    source.payment_reference,
    source.line_code,
    source.region_code,
    source.payee_kind,
    identity.person_key,
    source.payee_code,
    source.programme_code,
    source.fund_code,
    source.amount_fen,
    source.paid_on,
    source.status,
    source.returned_on,
    source.return_reason,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.payment_line AS source
LEFT JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
