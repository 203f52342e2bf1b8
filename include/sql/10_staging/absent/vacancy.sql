-- How many keys this sender's dim_vacancy is known to hold in the delivered month, and how many of them the delivery does not name.
-- Grain: one row. Inputs: warehouse.dim_vacancy, staging.seen of the delivery. Rerun: reads only.
WITH known AS NOT MATERIALIZED (
    SELECT key_hash
    FROM warehouse.dim_vacancy
    WHERE
        sender_code = %(sender_code)s AND known_to = 'infinity'
        AND valid_from <= %(period)s::date AND valid_to > %(period)s::date
)

SELECT
    (SELECT count(*) FROM known) AS keys_known,
    (
        SELECT count(*)
        FROM known
        WHERE
            NOT EXISTS (
                SELECT FROM staging.seen AS seen
                WHERE seen.delivery_id = %(delivery_id)s AND seen.resource = 'vacancy' AND seen.key_hash = known.key_hash
            )
    ) AS keys_absent
