-- Publishes: staging.allocation
-- Grain: one row per village and month, and range in which it was known.
-- Inputs: staging.allocation.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.village_code,
    source.region_code,
    source.month,
    source.carried_in_fen,
    source.revenue_fen,
    source.post_wages_fen,
    source.public_works_fen,
    source.land_rent_fen,
    source.operation_fen,
    source.other_fen,
    source.carried_over_fen,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.allocation AS source
WHERE source.delivery_id = %(delivery_id)s
