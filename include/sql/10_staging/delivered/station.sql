-- What the rules on the whole file see of station: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.station, exact repeats included. Inputs: raw.station. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    station_code,
    village_code,
    region_code,
    village_name,
    station_name,
    station_type,
    capacity_kw,
    share_percent,
    tariff_fen_per_kwh,
    grid_connected_on
FROM raw.station
WHERE delivery_id = %(delivery_id)s
