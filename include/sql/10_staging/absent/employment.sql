-- How many keys this sender's fct_employment_spell is known to hold in the delivered month, and how many of them the delivery does not name.
-- A spell that ended before the delivered year is not missed: the register tells the spells of a year, and January begins a new one.
-- Grain: one row. Inputs: warehouse.fct_employment_spell, staging.seen of the delivery. Rerun: reads only.
WITH known AS NOT MATERIALIZED (
    SELECT key_hash
    FROM warehouse.fct_employment_spell
    WHERE
        sender_code = %(sender_code)s AND known_to = 'infinity'
        AND valid_from <= %(period)s::date AND valid_to > %(period)s::date
        AND (ended_on IS NULL OR ended_on >= date_trunc('year', %(period)s::date))
)

SELECT
    (SELECT count(*) FROM known) AS keys_known,
    (
        SELECT count(*)
        FROM known
        WHERE
            NOT EXISTS (
                SELECT FROM staging.seen AS seen
                WHERE seen.delivery_id = %(delivery_id)s AND seen.resource = 'employment' AND seen.key_hash = known.key_hash
            )
    ) AS keys_absent
