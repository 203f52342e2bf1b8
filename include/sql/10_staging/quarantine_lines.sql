-- Lines that could not be split go to quarantine as they are.
-- Grain: one row per rule (result), one per line (quarantine.row). Inputs: raw.bad_line. Rerun: after the delivery's rows were deleted.
WITH moved AS (
    INSERT INTO quarantine.row (delivery_id, resource, line_no, rule_ids, record)
    SELECT
        delivery_id,
        resource,
        line_no,
        ARRAY[rule_id],
        jsonb_build_object('text', line_text)
    FROM raw.bad_line
    WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s
    RETURNING rule_ids[1] AS rule_id
)

SELECT
    rule_id,
    count(*) AS line_count
FROM moved
GROUP BY rule_id;
