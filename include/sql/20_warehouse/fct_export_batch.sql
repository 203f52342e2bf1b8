-- Publishes: staging.export_batch
-- Grain: one row per batch, and range in which it was known.
-- Inputs: staging.export_batch.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.batch_code,
    source.region_code,
    source.intermediary_code,
    source.destination_county_code,
    source.departed_on,
    source.verified_on,
    source.persons_declared,
    %(period)s::date AS period,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.export_batch AS source
WHERE source.delivery_id = %(delivery_id)s
