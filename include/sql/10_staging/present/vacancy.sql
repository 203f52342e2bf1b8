-- Known keys of quarantined rows that hide them: a defect is not an absence, and must not end what is known.
-- Grain: one row per key in staging.seen, with stream -1: it stands for no row of its own.
-- Inputs: quarantine.row, warehouse.dim_vacancy. Rerun: after the delivery's partition of staging.seen was made anew.
-- A line that could not be split names its key in one of its fields, wherever the file has that column.
INSERT INTO staging.seen (delivery_id, resource, stream, row_ctid, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'vacancy',
    -1,
    '(0,0)'::tid,
    known.key_hash
FROM quarantine.row AS rejected
CROSS JOIN regexp_split_to_table(rejected.record ->> 'text', '[",]') AS token (value)
INNER JOIN warehouse.dim_vacancy AS known ON known.key_hash = hashtextextended(token.value, 0)
WHERE
    rejected.delivery_id = %(delivery_id)s AND rejected.resource = 'vacancy' AND rejected.record ? 'text'
    AND known.sender_code = %(sender_code)s AND known.known_to = 'infinity'
    AND known.valid_from <= %(period)s::date AND known.valid_to > %(period)s::date;
