-- What the rules on the whole file see of settlement: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.settlement, exact repeats included. Inputs: raw.settlement. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    station_code,
    region_code,
    month,
    generation_kwh,
    ops.yuan_to_fen(coal_accrued_fen) AS coal_accrued_fen,
    ops.yuan_to_fen(coal_received_fen) AS coal_received_fen,
    ops.yuan_to_fen(subsidy_accrued_fen) AS subsidy_accrued_fen,
    ops.yuan_to_fen(subsidy_received_fen) AS subsidy_received_fen,
    received_on
FROM raw.settlement
WHERE delivery_id = %(delivery_id)s
