-- Publishes: staging.vacancy
-- Grain: one row per vacancy, month range in which a version held, and range in which it was known.
-- Inputs: staging.vacancy.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.vacancy_code,
    source.region_code,
    source.credit_code,
    source.employer_name,
    source.occupation,
    source.skill_level,
    source.work_county_code,
    source.places,
    source.filled_places,
    source.monthly_wage_fen,
    source.season_from_on,
    source.season_to_on,
    source.collected_on,
    source.reported_on,
    source.published_on,
    source.closed_on,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.vacancy AS source
WHERE source.delivery_id = %(delivery_id)s
