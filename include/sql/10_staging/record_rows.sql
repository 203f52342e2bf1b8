-- What became of the rows of a resource.
-- Grain: delivery and resource. Inputs: values. Rerun: replaces the counts.
UPDATE ops.delivery_resource
SET
    rows_accepted = %(accepted)s,
    rows_quarantined = %(quarantined)s,
    rows_duplicate = %(duplicate)s,
    rows_unchanged = %(unchanged)s,
    rows_absent = %(absent)s
WHERE delivery_id = %(delivery_id)s AND resource = %(resource)s;
