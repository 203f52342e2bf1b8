-- What the rules on the whole file see of welfare_post: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.welfare_post, exact repeats included. Inputs: raw.welfare_post. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    post_code,
    region_code,
    village_code,
    post_kind,
    fund_code,
    approved_places,
    monthly_pay_fen
FROM raw.welfare_post
WHERE delivery_id = %(delivery_id)s
