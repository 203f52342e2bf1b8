-- Publishes: staging.household
-- Grain: one row per household, month range in which a version held, and range in which it was known.
-- Inputs: staging.household.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- The head's name and the phone stay behind; only whether there is a phone is kept (C2.6).
SELECT
    source.household_id,
    source.region_code,
    source.village_code,
    source.village_name,
    source.register_year,
    source.standard,
    source.household_type,
    source.poverty_cause,
    source.poverty_status,
    source.member_count,
    source.phone IS NOT NULL AS has_phone,
    source.income_per_head_fen,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.household AS source
WHERE source.delivery_id = %(delivery_id)s
