-- What the rules on the whole file see of allocation: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.allocation, exact repeats included. Inputs: raw.allocation. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    village_code,
    region_code,
    month,
    ops.yuan_to_fen(carried_in_fen) AS carried_in_fen,
    ops.yuan_to_fen(revenue_fen) AS revenue_fen,
    ops.yuan_to_fen(post_wages_fen) AS post_wages_fen,
    ops.yuan_to_fen(public_works_fen) AS public_works_fen,
    ops.yuan_to_fen(land_rent_fen) AS land_rent_fen,
    ops.yuan_to_fen(operation_fen) AS operation_fen,
    ops.yuan_to_fen(other_fen) AS other_fen,
    ops.yuan_to_fen(carried_over_fen) AS carried_over_fen
FROM raw.allocation
WHERE delivery_id = %(delivery_id)s
