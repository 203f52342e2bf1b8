-- What the rules on the whole file see of course: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.course, exact repeats included. Inputs: raw.course. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    course_code,
    region_code,
    provider_name,
    credit_code,
    kind,
    mode,
    occupation,
    starts_on,
    ends_on,
    planned_days
FROM raw.course
WHERE delivery_id = %(delivery_id)s
