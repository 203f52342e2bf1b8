-- Grain: one row per transfer that states the same fact, reversals among them (C7.1). Inputs: ledger.transfer. Rerun: reads only.
WITH asked AS (
    SELECT
        transfer.region_code,
        ledger.business_key(transfer.idempotency_key) AS business_key
    FROM ledger.transfer AS transfer
    WHERE transfer.region_code = left(%(of)s::text, 6) AND transfer.transfer_id = ops.to_int_or_null(substr(%(of)s::text, 8))
)

SELECT
    transfer.region_code,
    transfer.transfer_id,
    transfer.posted_at,
    ledger.key_version(transfer.idempotency_key) AS key_version,
    transfer.reverses_transfer_id IS NOT NULL AS is_reversal,
    transfer.amount_fen,
    transfer.batch_no,
    transfer.delivery_id
FROM asked
INNER JOIN ledger.transfer AS transfer
    ON
        asked.region_code = transfer.region_code
        AND starts_with(transfer.idempotency_key, asked.region_code || ':' || asked.business_key || '#')
ORDER BY transfer.transfer_id;
