-- A published delivery is read again: its state is that of one which has arrived, its publication and its rows stand.
-- Grain: the delivery. Inputs: ops.delivery. Rerun: changes nothing. Killed on its way, it is loaded like any other that has arrived.
UPDATE ops.delivery
SET state = 'received', landed_at = NULL
WHERE delivery_id = %(delivery_id)s AND state = 'published';
