-- Publishes: staging.employment
-- Grain: one row per spell, month range in which the register told it so, and range in which it was known.
-- Inputs: staging.employment, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- A snapshot tells all spells of its year; a spell that a later snapshot no longer tells is kept with the months it was told for.
SELECT
    source.spell_id,
    identity.person_key,
    source.region_code,
    source.started_on,
    source.ended_on,
    source.work_place_class,
    source.work_region_code,
    source.employer_name,
    source.employer_uscc,
    source.industry,
    source.channel,
    source.is_organised,
    source.contract_signed_on,
    source.monthly_wage_fen,
    source.verification,
    source.verified_on,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.employment AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
