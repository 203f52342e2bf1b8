-- What a draft adds to the ledger: its transfers that are not there yet, numbered and digested, and what they do to each account.
-- Grain: staging.ledger_posting one row per new transfer; ledger_flow one row per two accounts, kind and day; ledger_movement one per
-- account. Inputs: staging.ledger_draft, ledger.transfer, ledger.seal, ledger.account, ledger.balance, ledger.account_kind.
-- Rerun: replaces the transaction's tables; a draft that is posted already gives none.
-- Draft and posting are permanent tables that drop_draft.sql drops before the commit: a query over temporary ones would not run in
-- parallel. Unlogged, because nobody else ever sees them.
DROP TABLE IF EXISTS staging.ledger_posting, pg_temp.ledger_flow, pg_temp.ledger_movement;
-- A batch is sorted in memory: one poster works at a time, and a million transfers take 250 MB.
SET LOCAL work_mem = '256MB';
SET LOCAL default_statistics_target = 10;
-- Every row goes to the leader, which the planner would rather not pay for; a hash join leaves digests below the sort, to the workers.
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL enable_mergejoin = off;
CREATE UNLOGGED TABLE staging.ledger_posting AS
WITH
last_seal AS (
    SELECT DISTINCT ON (region_code)
        region_code,
        batch_no,
        last_transfer_id
    FROM ledger.seal
    ORDER BY region_code ASC, batch_no DESC
),

fresh AS (
    SELECT
        draft.*,
        ledger.content_digest(
            draft.region_code, draft.idempotency_key, draft.debit_account, draft.credit_account, draft.amount_fen, draft.kind,
            draft.event_date, draft.rule_version, draft.delivery_id, draft.reverses_transfer_id
        ) AS digest
    FROM staging.ledger_draft AS draft
    WHERE NOT EXISTS (
        SELECT
        FROM ledger.transfer
        WHERE transfer.region_code = draft.region_code AND transfer.idempotency_key = draft.idempotency_key
    )
)

-- The order of a batch is that of its keys, byte by byte, on any server. The digest behind the key changes nothing of it, but has
-- the workers compute it before they sort.
SELECT
    fresh.*,
    coalesce(last_seal.batch_no, 0) + 1 AS batch_no,
    coalesce(last_seal.last_transfer_id, 0)
    + row_number() OVER (
        PARTITION BY fresh.region_code
        ORDER BY fresh.idempotency_key COLLATE "C", fresh.digest -- noqa: RF02,RF03 (a collation, not a column)
    ) AS transfer_id
FROM fresh
LEFT JOIN last_seal ON fresh.region_code = last_seal.region_code;
SET LOCAL enable_mergejoin TO DEFAULT;
ANALYZE staging.ledger_posting (region_code, debit_account, credit_account, kind, event_date, reverses_transfer_id);

-- Most of what is asked of a batch is asked of these, and not of each transfer again.
CREATE TEMPORARY TABLE ledger_flow ON COMMIT DROP AS
SELECT
    region_code,
    batch_no,
    debit_account,
    credit_account,
    kind,
    event_date,
    reverses_transfer_id IS NOT NULL AS is_reversal,
    min(idempotency_key) AS first_key,
    min(transfer_id) AS first_transfer_id,
    min(idempotency_key) FILTER (
        WHERE NOT ledger.is_key(idempotency_key, region_code, kind, reverses_transfer_id IS NOT NULL)
    ) AS malformed_key,
    count(*) AS transfers,
    sum(amount_fen) AS amount_fen
FROM staging.ledger_posting
GROUP BY region_code, batch_no, debit_account, credit_account, kind, event_date, is_reversal;
ANALYZE ledger_flow;

CREATE TEMPORARY TABLE ledger_movement ON COMMIT DROP AS
WITH
movement AS (
    SELECT
        side.region_code,
        side.account_code,
        side.batch_no,
        sum(side.debit_fen) AS debit_fen,
        sum(side.credit_fen) AS credit_fen
    FROM (
        SELECT
            region_code,
            debit_account AS account_code,
            batch_no,
            amount_fen AS debit_fen,
            0 AS credit_fen
        FROM ledger_flow
        UNION ALL
        SELECT
            region_code,
            credit_account,
            batch_no,
            0 AS debit_fen,
            amount_fen AS credit_fen
        FROM ledger_flow
    ) AS side
    GROUP BY side.region_code, side.account_code, side.batch_no
),

final AS (
    SELECT
        movement.region_code,
        movement.account_code,
        account_kind.kind,
        substr(movement.account_code, strpos(movement.account_code, ':') + 1) AS subject_code,
        account_kind.normal_side,
        account_kind.balance_rule,
        movement.batch_no,
        account.account_code IS NULL AS is_new,
        movement.debit_fen,
        movement.credit_fen,
        coalesce(before.balance_fen, 0)
        + CASE account_kind.normal_side WHEN 'debit' THEN 1 ELSE -1 END * (movement.debit_fen - movement.credit_fen) AS balance_fen
    FROM movement
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
