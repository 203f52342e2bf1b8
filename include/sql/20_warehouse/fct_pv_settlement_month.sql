-- Publishes: staging.settlement
-- Grain: one row per station and month, and range in which it was known.
-- Inputs: staging.settlement.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.station_code,
    source.region_code,
    source.month,
    source.generation_kwh,
    source.coal_accrued_fen,
    source.coal_received_fen,
    source.subsidy_accrued_fen,
    source.subsidy_received_fen,
    source.received_on,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.settlement AS source
WHERE source.delivery_id = %(delivery_id)s
