-- What the rules on the whole file see of post: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.post, exact repeats included. Inputs: raw.post. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    village_code,
    region_code,
    id_number,
    name,
    month,
    post_type,
    days_worked,
    ops.yuan_to_fen(wage_fen) AS wage_fen,
    ops.yuan_to_fen(paid_fen) AS paid_fen,
    paid_on
FROM raw.post
WHERE delivery_id = %(delivery_id)s
