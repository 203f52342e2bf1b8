-- What the rules on the whole file see of enrollment: text as delivered, money with a control total in fen.
-- Grain: one row per row of raw.enrollment, exact repeats included. Inputs: raw.enrollment. Rerun: reads only.
SELECT
    delivery_id,
    stream,
    id_number,
    name,
    region_code,
    scheme,
    uscc,
    first_enrolled_month,
    person_status,
    payment_status,
    started_on,
    ended_on,
    died_on
FROM raw.enrollment
WHERE delivery_id = %(delivery_id)s
