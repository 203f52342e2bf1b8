-- Publishes: staging.station
-- Grain: one row per station and village with a share, month range in which a version held, and range in which it was known.
-- Inputs: staging.station.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
SELECT
    source.station_code,
    source.village_code,
    source.region_code,
    source.village_name,
    source.station_name,
    source.station_type,
    source.capacity_kw,
    source.share_percent,
    source.tariff_fen_per_kwh,
    source.grid_connected_on,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.station AS source
WHERE source.delivery_id = %(delivery_id)s
