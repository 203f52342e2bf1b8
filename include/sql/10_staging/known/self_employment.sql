-- What the warehouse knows of the sender's self_employment rows for the delivered month.
-- Grain: one row per key. row_hash is NULL where the row has to be judged again whatever it says: it was accepted under other rules,
-- or does not hold up to the next period that is published.
-- Inputs: warehouse.fct_self_employment. Rerun: reads only.
SELECT
    known.key_hash,
    CASE WHEN known.rule_set_digest = %(known_digest)s AND known.valid_to >= %(next_period)s::date THEN known.row_hash END AS row_hash,
    TRUE AS is_expected
FROM warehouse.fct_self_employment AS known
WHERE
    known.sender_code = %(sender_code)s AND known.known_to = 'infinity'
    AND known.valid_from <= %(period)s::date AND known.valid_to > %(period)s::date
