-- What the rules on the whole file see of intermediary: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.intermediary, exact repeats included. Inputs: raw.intermediary. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    intermediary_code,
    region_code,
    name,
    kind,
    licensed_on
FROM raw.intermediary
WHERE delivery_id = %(delivery_id)s
