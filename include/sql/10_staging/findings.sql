-- Where the quarantined rows of a resource stand in its file, and which rules they broke.
-- Grain: one row per row. Inputs: quarantine.row. Rerun: reads only.
SELECT
    line_no,
    rule_ids
FROM quarantine.row
WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s
ORDER BY line_no
LIMIT %(limit)s;
