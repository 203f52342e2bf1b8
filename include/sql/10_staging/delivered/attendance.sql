-- What the rules on the whole file see of attendance: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.attendance, exact repeats included. Inputs: raw.attendance. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    course_code,
    id_number,
    name,
    region_code,
    month,
    attended_days,
    is_completed
FROM raw.attendance
WHERE delivery_id = %(delivery_id)s
