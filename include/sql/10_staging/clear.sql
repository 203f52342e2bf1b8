-- What was noted of a delivery's rows while it was judged goes.
-- Grain: the rows of a delivery. Inputs: staging.conflict, duplicate, changed, absent. Rerun: deletes nothing more.
DELETE FROM staging.conflict
WHERE delivery_id = %(delivery_id)s;

DELETE FROM staging.duplicate
WHERE delivery_id = %(delivery_id)s;

DELETE FROM staging.changed
WHERE delivery_id = %(delivery_id)s;

DELETE FROM staging.absent
WHERE delivery_id = %(delivery_id)s;
