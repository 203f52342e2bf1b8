-- What a draft adds to the ledger: which of its transfers are there already, and what the others do to each banner and account.
-- Grain: staging.ledger_known one row per transfer that is there; ledger_fresh and ledger_addition one per other transfer; ledger_flow one
-- per two accounts, kind and day; staging.ledger_batch one per banner; ledger_movement one per account.
-- Inputs: staging.ledger_draft, ledger.transfer, ledger.seal, ledger.account, ledger.balance, ledger.account_kind.
-- Rerun: replaces the transaction's tables; a draft that is posted already moves nothing.
-- What every transfer is compared with is a permanent table that drop_draft.sql drops before the commit: a query over temporary ones would
-- not run in parallel. Unlogged, because nobody else ever sees them.
DROP VIEW IF EXISTS pg_temp.ledger_fresh CASCADE;
DROP TABLE IF EXISTS staging.ledger_known, staging.ledger_batch, pg_temp.ledger_flow, pg_temp.ledger_movement;
-- A batch is sorted in memory: one poster works at a time, and a million transfers take 270 MB.
SET LOCAL work_mem = '384MB';
SET LOCAL default_statistics_target = 10;
-- Every row goes to the leader, which the planner would rather not pay for.
SET LOCAL parallel_tuple_cost = 0;
CREATE UNLOGGED TABLE staging.ledger_known AS
SELECT
    draft.region_code,
    draft.idempotency_key,
    transfer.batch_no,
    transfer.amount_fen,
    -- No transfer has the number 0; a missing value is a difference.
    coalesce(
        (
            draft.debit_account, draft.credit_account, draft.amount_fen, draft.kind, draft.event_date,
            coalesce(draft.reverses_transfer_id, 0)
        )
        <> (
            transfer.debit_account, transfer.credit_account, transfer.amount_fen, transfer.kind, transfer.event_date,
            coalesce(transfer.reverses_transfer_id, 0)
        ),
        TRUE
    ) AS is_different
FROM staging.ledger_draft AS draft
INNER JOIN ledger.transfer ON draft.region_code = transfer.region_code AND draft.idempotency_key = transfer.idempotency_key;

-- What is known is not analysed: for a table that it knows to be empty the planner asks its length again for each transfer.
CREATE TEMPORARY VIEW ledger_fresh AS
SELECT draft.*
FROM staging.ledger_draft AS draft
WHERE NOT EXISTS (
    SELECT
    FROM staging.ledger_known AS known
    WHERE known.region_code = draft.region_code AND known.idempotency_key = draft.idempotency_key
);

-- Most of what is asked of a batch is asked of these, and not of each transfer again.
CREATE TEMPORARY TABLE ledger_flow ON COMMIT DROP AS
SELECT
    region_code,
    debit_account,
    credit_account,
    kind,
    event_date,
    reverses_transfer_id IS NOT NULL AS is_reversal,
    min(idempotency_key) AS first_key,
    min(idempotency_key) FILTER (
        WHERE NOT ledger.is_key(idempotency_key, region_code, kind, reverses_transfer_id IS NOT NULL)
    ) AS malformed_key,
    count(*) AS transfers,
    sum(amount_fen) AS amount_fen
FROM ledger_fresh
GROUP BY region_code, debit_account, credit_account, kind, event_date, is_reversal;
ANALYZE ledger_flow;

-- A key begins with its banner, so banners follow each other in the order of the keys, too.
CREATE UNLOGGED TABLE staging.ledger_batch AS
WITH
last_seal AS (
    SELECT DISTINCT ON (region_code)
        region_code,
        batch_no,
        last_transfer_id,
        sha256
    FROM ledger.seal
    ORDER BY region_code ASC, batch_no DESC
),

batch AS (
    SELECT
        region_code,
        sum(transfers)::bigint AS transfers,
        sum(amount_fen) AS amount_fen
    FROM ledger_flow
    GROUP BY region_code
),

final AS (
    SELECT
        batch.region_code,
        coalesce(last_seal.batch_no, 0) + 1 AS batch_no,
        coalesce(last_seal.last_transfer_id, 0) AS last_transfer_id_before,
        batch.transfers,
        (sum(batch.transfers) OVER (ORDER BY batch.region_code COLLATE "C"))::bigint - batch.transfers AS transfers_before,
        batch.amount_fen,
        coalesce(last_seal.sha256, sha256(convert_to(batch.region_code, 'UTF8'))) AS previous_sha256
    FROM batch
    LEFT JOIN last_seal ON batch.region_code = last_seal.region_code
)

SELECT * FROM final;
ANALYZE staging.ledger_batch;

CREATE TEMPORARY VIEW ledger_addition AS
SELECT
    fresh.*,
    batch.batch_no,
    batch.last_transfer_id_before - batch.transfers_before AS number_before,
    ledger.content_digest(
        fresh.region_code, fresh.idempotency_key, fresh.debit_account, fresh.credit_account, fresh.amount_fen, fresh.kind,
        fresh.event_date, fresh.rule_version, fresh.delivery_id, fresh.reverses_transfer_id
    ) AS digest
FROM ledger_fresh AS fresh
INNER JOIN staging.ledger_batch AS batch ON fresh.region_code = batch.region_code;

-- The order of a batch is that of its keys, byte by byte, on any server. Workers digest and sort for no INSERT, but for a function that it
-- reads from; a volatile one is not made part of it.
CREATE FUNCTION pg_temp.ledger_addition_in_order() RETURNS SETOF pg_temp.ledger_addition
LANGUAGE sql VOLATILE ROWS 1000000
BEGIN ATOMIC
SELECT * FROM ledger_addition
ORDER BY idempotency_key COLLATE "C"; -- noqa: RF02,RF03 (a collation, not a column)
END;

CREATE TEMPORARY TABLE ledger_movement ON COMMIT DROP AS
WITH
movement AS (
    SELECT
        side.region_code,
        side.account_code,
        sum(side.debit_fen) AS debit_fen,
        sum(side.credit_fen) AS credit_fen
    FROM (
        SELECT
            region_code,
            debit_account AS account_code,
            amount_fen AS debit_fen,
            0 AS credit_fen
        FROM ledger_flow
        UNION ALL
        SELECT
            region_code,
            credit_account,
            0 AS debit_fen,
            amount_fen AS credit_fen
        FROM ledger_flow
    ) AS side
    GROUP BY side.region_code, side.account_code
),

final AS (
    SELECT
        movement.region_code,
        movement.account_code,
        account_kind.kind,
        substr(movement.account_code, strpos(movement.account_code, ':') + 1) AS subject_code,
        account_kind.normal_side,
        account_kind.balance_rule,
        batch.batch_no,
        account.account_code IS NULL AS is_new,
        movement.debit_fen,
        movement.credit_fen,
        coalesce(before.balance_fen, 0)
        + CASE account_kind.normal_side WHEN 'debit' THEN 1 ELSE -1 END * (movement.debit_fen - movement.credit_fen) AS balance_fen
    FROM movement
    INNER JOIN staging.ledger_batch AS batch ON movement.region_code = batch.region_code
    LEFT JOIN ledger.account_kind ON account_kind.kind = split_part(movement.account_code, ':', 1)
    LEFT JOIN ledger.account ON movement.region_code = account.region_code AND movement.account_code = account.account_code
    LEFT JOIN LATERAL (
        SELECT balance.balance_fen
        FROM ledger.balance
        WHERE balance.region_code = movement.region_code AND balance.account_code = movement.account_code
        ORDER BY balance.batch_no DESC
        LIMIT 1
    ) AS before ON TRUE
)

SELECT * FROM final;
ANALYZE ledger_movement;
