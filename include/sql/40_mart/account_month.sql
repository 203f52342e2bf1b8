-- Grain: one row per banner, kind of account and month (C7.1). Inputs: ledger.transfer, ledger.seal; this table, for the batches it has.
-- Rerun: adds batches that are not counted yet; the ledger only grows, so what is counted stays so.
WITH counted AS (
    SELECT
        region_code,
        max(batch_no) AS batch_no
    FROM mart.account_month
    GROUP BY region_code
),

fresh AS (
    SELECT
        seal.region_code,
        seal.batch_no,
        seal.first_transfer_id,
        seal.last_transfer_id,
        seal.posted_at
    FROM ledger.seal AS seal
    LEFT JOIN counted ON seal.region_code = counted.region_code
    WHERE seal.batch_no > coalesce(counted.batch_no, 0)
),

moved AS (
    SELECT
        transfer.region_code,
        split_part(side.account, ':', 1) AS kind,
        date_trunc('month', transfer.event_date)::date AS month,
        sum(side.debit_fen) AS debit_fen,
        sum(side.credit_fen) AS credit_fen,
        count(*)::integer AS transfers,
        max(fresh.batch_no) AS batch_no,
        max(fresh.posted_at) AS posted_at
    FROM fresh
    INNER JOIN ledger.transfer AS transfer
        ON
            fresh.region_code = transfer.region_code
            AND transfer.transfer_id BETWEEN fresh.first_transfer_id AND fresh.last_transfer_id
    CROSS JOIN
        LATERAL (
            VALUES
            (transfer.debit_account, transfer.amount_fen, 0),
            (transfer.credit_account, 0, transfer.amount_fen)
        ) AS side (account, debit_fen, credit_fen)
    GROUP BY transfer.region_code, split_part(side.account, ':', 1), date_trunc('month', transfer.event_date)
)

INSERT INTO mart.account_month AS known (region_code, kind, month, debit_fen, credit_fen, transfers, batch_no, posted_at)
SELECT
    moved.region_code,
    moved.kind,
    moved.month,
    moved.debit_fen,
    moved.credit_fen,
    moved.transfers,
    moved.batch_no,
    moved.posted_at
FROM moved
ON CONFLICT (region_code, kind, month) DO UPDATE
    SET
        debit_fen = known.debit_fen + excluded.debit_fen,
        credit_fen = known.credit_fen + excluded.credit_fen,
        transfers = known.transfers + excluded.transfers,
        batch_no = excluded.batch_no,
        posted_at = excluded.posted_at;
