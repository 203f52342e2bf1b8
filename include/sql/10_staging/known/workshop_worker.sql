-- What the warehouse knows of the sender's workshop_worker rows for the delivered month.
-- Grain: one row per key. row_hash is NULL where the row has to be judged again whatever it says: it was accepted under other rules.
-- Inputs: warehouse.fct_workshop_worker_month. Rerun: reads only.
SELECT
    known.key_hash,
    CASE WHEN known.rule_set_digest = %(known_digest)s THEN known.row_hash END AS row_hash,
    TRUE AS is_expected
FROM warehouse.fct_workshop_worker_month AS known
WHERE
    known.sender_code = %(sender_code)s AND known.known_to = 'infinity'
    AND known.period = %(period)s::date
