-- Posts what was prepared: one sealed batch per banner, its accounts, transfers and balances.
-- Grain: one row per banner, account or transfer, as the tables have it.
-- Inputs: ledger_addition, ledger_flow, staging.ledger_batch, ledger_movement, ledger.transfer.
-- Rerun: a key is posted once; the unique keys refuse a second time.
-- Sorted, so that both indexes grow at their ends.
INSERT INTO ledger.transfer (
    region_code, transfer_id, idempotency_key, batch_no, debit_account, credit_account, amount_fen, kind, event_date, posted_at,
    rule_version, delivery_id, reverses_transfer_id, digest
)
SELECT
    addition.region_code,
    addition.number_before + addition.ordinality AS transfer_id,
    addition.idempotency_key,
    addition.batch_no,
    addition.debit_account,
    addition.credit_account,
    addition.amount_fen,
    addition.kind,
    addition.event_date,
    %(posted_at)s,
    addition.rule_version,
    addition.delivery_id,
    addition.reverses_transfer_id,
    addition.digest
FROM pg_temp.ledger_addition_in_order() WITH ORDINALITY AS addition;

-- The seal is over what is in the table now, read in the order of its primary key.
INSERT INTO ledger.seal (
    region_code, batch_no, first_transfer_id, last_transfer_id, amount_fen, posted_at, publication_id, previous_sha256, sha256
)
SELECT
    batch.region_code,
    batch.batch_no,
    batch.last_transfer_id_before + 1 AS first_transfer_id,
    batch.last_transfer_id_before + batch.transfers AS last_transfer_id,
    batch.amount_fen,
    %(posted_at)s,
    %(publication_id)s,
    batch.previous_sha256,
    ledger.seal_digest(
        batch.region_code, batch.batch_no, batch.last_transfer_id_before + 1, batch.last_transfer_id_before + batch.transfers,
        batch.amount_fen, %(posted_at)s, %(publication_id)s, batch.previous_sha256, content.digests
    ) AS sha256
FROM staging.ledger_batch AS batch
CROSS JOIN LATERAL (
    SELECT string_agg(transfer.digest, ''::bytea ORDER BY transfer.transfer_id) AS digests
    FROM ledger.transfer
    WHERE
        transfer.region_code = batch.region_code
        AND transfer.transfer_id BETWEEN batch.last_transfer_id_before + 1 AND batch.last_transfer_id_before + batch.transfers
) AS content;

INSERT INTO ledger.account (region_code, account_code, kind, subject_code, normal_side, balance_rule, opened_batch_no)
SELECT
    region_code,
    account_code,
    kind,
    subject_code,
    normal_side,
    balance_rule,
    batch_no
FROM ledger_movement
WHERE is_new
ORDER BY region_code, account_code;

INSERT INTO ledger.balance (region_code, account_code, batch_no, balance_rule, debit_fen, credit_fen, balance_fen)
SELECT
    region_code,
    account_code,
    batch_no,
    balance_rule,
    debit_fen,
    credit_fen,
    balance_fen
FROM ledger_movement
ORDER BY region_code, account_code;

SELECT
    count(DISTINCT region_code) AS batches,
    coalesce(sum(transfers), 0) AS transfers,
    coalesce(sum(transfers) FILTER (WHERE is_reversal), 0) AS reversals,
    coalesce(sum(amount_fen), 0) AS amount_fen
FROM ledger_flow;
