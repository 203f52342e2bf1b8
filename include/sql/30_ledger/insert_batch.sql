-- Posts what was prepared: one sealed batch per banner, its accounts, transfers and balances.
-- Grain: one row per banner, account or transfer, as the tables have it.
-- Inputs: staging.ledger_posting, ledger_flow, ledger_movement, ledger.seal. Rerun: a key is posted once; the unique keys refuse a second time.
WITH
last_seal AS (
    SELECT DISTINCT ON (region_code)
        region_code,
        sha256
    FROM ledger.seal
    ORDER BY region_code ASC, batch_no DESC
),

content AS (
    SELECT
        region_code,
        string_agg(digest, ''::bytea ORDER BY transfer_id) AS digests
    FROM staging.ledger_posting
    GROUP BY region_code
),

batch AS (
    SELECT
        region_code,
        batch_no,
        min(first_transfer_id) AS first_transfer_id,
        min(first_transfer_id) + sum(transfers)::bigint - 1 AS last_transfer_id,
        sum(amount_fen) AS amount_fen,
        %(posted_at)s::timestamptz AS posted_at,
        %(publication_id)s::bigint AS publication_id
    FROM ledger_flow
    GROUP BY region_code, batch_no
),

chained AS (
    SELECT
        batch.*,
        content.digests,
        coalesce(last_seal.sha256, sha256(convert_to(batch.region_code, 'UTF8'))) AS previous_sha256
    FROM batch
    INNER JOIN content ON batch.region_code = content.region_code
    LEFT JOIN last_seal ON batch.region_code = last_seal.region_code
)

INSERT INTO ledger.seal (
    region_code, batch_no, first_transfer_id, last_transfer_id, amount_fen, posted_at, publication_id, previous_sha256, sha256
)
SELECT
    region_code,
    batch_no,
    first_transfer_id,
    last_transfer_id,
    amount_fen,
    posted_at,
    publication_id,
    previous_sha256,
    ledger.seal_digest(
        region_code, batch_no, first_transfer_id, last_transfer_id, amount_fen, posted_at, publication_id, previous_sha256, digests
    ) AS sha256
FROM chained;

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

-- The prepared rows lie in the order of their numbers, so that both indexes grow at their ends.
INSERT INTO ledger.transfer (
    region_code, transfer_id, idempotency_key, batch_no, debit_account, credit_account, amount_fen, kind, event_date, posted_at,
    rule_version, delivery_id, reverses_transfer_id, digest
)
SELECT
    region_code,
    transfer_id,
    idempotency_key,
    batch_no,
    debit_account,
    credit_account,
    amount_fen,
    kind,
    event_date,
    %(posted_at)s,
    rule_version,
    delivery_id,
    reverses_transfer_id,
    digest
FROM staging.ledger_posting;

SELECT
    count(DISTINCT region_code) AS batches,
    coalesce(sum(transfers), 0) AS transfers,
    coalesce(sum(transfers) FILTER (WHERE is_reversal), 0) AS reversals,
    coalesce(sum(amount_fen), 0) AS amount_fen
FROM ledger_flow;
