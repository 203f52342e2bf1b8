-- What the rules on the whole file see of export_batch: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.export_batch, exact repeats included. Inputs: raw.export_batch. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    batch_code,
    region_code,
    intermediary_code,
    destination_county_code,
    departed_on,
    verified_on,
    persons_declared
FROM raw.export_batch
WHERE delivery_id = %(delivery_id)s
