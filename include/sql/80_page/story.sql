-- Title: 一笔转账的来龙去脉 | A transfer's story
-- Grain: one row: a transfer with its accounts, its seal, and whether its digest still agrees (C7.1).
-- Inputs: ledger.transfer, ledger.seal, ledger.account_kind, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    transfer.region_code,
    transfer.transfer_id,
    transfer.idempotency_key,
    ledger.business_key(transfer.idempotency_key) AS business_key,
    ledger.key_version(transfer.idempotency_key) AS key_version,
    transfer.kind AS transfer_kind,
    transfer.event_date,
    transfer.amount_fen,
    transfer.credit_account,
    credited.label_zh AS credit_zh,
    credited.label_en AS credit_en,
    transfer.debit_account,
    debited.label_zh AS debit_zh,
    debited.label_en AS debit_en,
    transfer.rule_version,
    transfer.delivery_id,
    transfer.reverses_transfer_id,
    transfer.posted_at,
    seal.batch_no,
    seal.publication_id,
    seal.first_transfer_id,
    seal.last_transfer_id,
    encode(transfer.digest, 'hex') AS digest,
    encode(seal.sha256, 'hex') AS seal_sha256,
    encode(seal.previous_sha256, 'hex') AS previous_sha256,
    transfer.digest IN (
        ledger.content_digest(
            transfer.region_code, transfer.idempotency_key, transfer.debit_account, transfer.credit_account, transfer.amount_fen,
            transfer.kind, transfer.event_date, transfer.rule_version, transfer.delivery_id, transfer.reverses_transfer_id
        ),
        ledger.transfer_digest(
            transfer.region_code, transfer.transfer_id, transfer.idempotency_key, transfer.debit_account, transfer.credit_account,
            transfer.amount_fen, transfer.kind, transfer.event_date, transfer.rule_version, transfer.delivery_id,
            transfer.reverses_transfer_id
        )
    ) AS is_digest_right
FROM ledger.transfer AS transfer
INNER JOIN ledger.seal AS seal ON transfer.region_code = seal.region_code AND transfer.batch_no = seal.batch_no
INNER JOIN ops.region AS banner ON transfer.region_code = banner.region_code
LEFT JOIN ledger.account_kind AS credited ON split_part(transfer.credit_account, ':', 1) = credited.kind
LEFT JOIN ledger.account_kind AS debited ON split_part(transfer.debit_account, ':', 1) = debited.kind
WHERE transfer.region_code = left(%(of)s::text, 6) AND transfer.transfer_id = ops.to_int_or_null(substr(%(of)s::text, 8));
