-- A delivery that is only checked: its row lives as long as the transaction.
-- Grain: one row. Inputs: values. Rerun: each run inserts.
INSERT INTO ops.delivery (sha256, file_name, size_bytes, source, sender_code, period, contract_version, state)
VALUES (
    %(sha256)s, %(file_name)s, %(size_bytes)s, %(source)s, %(sender_code)s, %(period)s, %(contract_version)s, 'landed'
)
RETURNING delivery_id
