-- Publishes: staging.layoff
-- Grain: one row per employer, person and day of layoff, and range in which it was known.
-- Inputs: staging.layoff, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- A layoff is told again when one of its dates is known; while a date is NULL it ages.
SELECT
    source.credit_code,
    identity.person_key,
    source.region_code,
    source.laid_off_on,
    source.wages_owed_fen,
    source.wages_paid_on,
    source.compensation_owed_fen,
    source.compensation_paid_on,
    source.insurance_transferred_on,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.layoff AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
