-- Remove the bad lines of some resources of a delivery.
-- Grain: delivery and resource. Inputs: raw.bad_line. Rerun: changes nothing.
DELETE FROM raw.bad_line
WHERE
    delivery_id = %(delivery_id)s
    AND resource = any(%(resources)s::text[]);
