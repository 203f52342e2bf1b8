-- What the rules on the whole file see of post_holder: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.post_holder, exact repeats included. Inputs: raw.post_holder. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    post_code,
    region_code,
    id_number,
    name,
    month,
    started_on,
    ended_on,
    cannot_leave_home,
    has_no_other_work,
    cannot_escape_poverty,
    attended_days,
    ops.yuan_to_fen(pay_fen) AS pay_fen
FROM raw.post_holder
WHERE delivery_id = %(delivery_id)s
