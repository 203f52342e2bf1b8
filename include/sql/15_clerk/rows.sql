-- The quarantined rows of one resource as they were delivered.
-- Grain: one row per row, in the order of the file. Inputs: quarantine.row. Rerun: reads only.
SELECT
    line_no,
    rule_ids,
    record
FROM quarantine.row
WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s
ORDER BY line_no
LIMIT %(limit)s;
