-- What a draft adds to the ledger: its transfers that are not there yet, numbered and digested, and what they do to each account.
-- Grain: ledger_posting one row per new transfer; ledger_flow one row per two accounts, kind and day; ledger_movement one per account.
-- Inputs: ledger_draft, ledger.transfer, ledger.seal, ledger.account, ledger.balance, ledger.account_kind.
-- Rerun: replaces the transaction's temporary tables; a draft that is posted already gives none.
DROP TABLE IF EXISTS pg_temp.ledger_posting, pg_temp.ledger_flow, pg_temp.ledger_movement;
-- A batch is sorted in memory: one poster works at a time, and a million transfers take 180 MB.
SET LOCAL work_mem = '256MB';
CREATE TEMPORARY TABLE ledger_posting ON COMMIT DROP AS
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
    SELECT ledger_draft.*
    FROM ledger_draft
    WHERE NOT EXISTS (
        SELECT
        FROM ledger.transfer
        WHERE transfer.region_code = ledger_draft.region_code AND transfer.idempotency_key = ledger_draft.idempotency_key
    )
),

-- The order of a batch is that of its keys, byte by byte, on any server.
numbered AS (
    SELECT
        fresh.region_code,
        coalesce(last_seal.last_transfer_id, 0)
        + row_number() OVER (
            PARTITION BY fresh.region_code ORDER BY fresh.idempotency_key COLLATE "C" -- noqa: RF02,RF03 (a collation, not a column)
        ) AS transfer_id,
        fresh.idempotency_key,
        coalesce(last_seal.batch_no, 0) + 1 AS batch_no,
        fresh.debit_account,
        fresh.credit_account,
        fresh.amount_fen,
        fresh.kind,
        fresh.event_date,
        fresh.rule_version,
        fresh.delivery_id,
        fresh.reverses_transfer_id
    FROM fresh
    LEFT JOIN last_seal ON fresh.region_code = last_seal.region_code
)

SELECT
    numbered.*,
    ledger.transfer_digest(
        numbered.region_code, numbered.transfer_id, numbered.idempotency_key, numbered.debit_account, numbered.credit_account,
        numbered.amount_fen, numbered.kind, numbered.event_date, numbered.rule_version, numbered.delivery_id,
        numbered.reverses_transfer_id
    ) AS digest
FROM numbered;
ANALYZE ledger_posting (region_code, batch_no, transfer_id);

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
    count(*) AS transfers,
    sum(amount_fen) AS amount_fen
FROM ledger_posting
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
