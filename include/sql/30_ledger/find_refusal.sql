-- Why a draft cannot be posted: the first transfer or account, in the order in which a person would look.
-- Grain: at most one row. Inputs: ledger_draft, ledger_posting, ledger_movement, ledger.transfer, ops.fund_rule. Rerun: reads only.
WITH
malformed AS (
    SELECT
        1 AS look_order,
        'malformed' AS refusal,
        region_code,
        idempotency_key AS subject,
        batch_no,
        amount_fen::numeric AS amount_fen
    FROM ledger_posting
    WHERE NOT ledger.is_key(idempotency_key, region_code, kind, reverses_transfer_id IS NOT NULL)
),

conflict AS (
    SELECT
        2 AS look_order,
        'conflict' AS refusal,
        ledger_draft.region_code,
        ledger_draft.idempotency_key AS subject,
        transfer.batch_no,
        transfer.amount_fen::numeric AS amount_fen
    FROM ledger_draft
    INNER JOIN ledger.transfer
        ON ledger_draft.region_code = transfer.region_code AND ledger_draft.idempotency_key = transfer.idempotency_key
    WHERE
        (
            ledger_draft.debit_account, ledger_draft.credit_account, ledger_draft.amount_fen, ledger_draft.kind,
            ledger_draft.event_date, ledger_draft.reverses_transfer_id
        )
        IS DISTINCT FROM
        (
            transfer.debit_account, transfer.credit_account, transfer.amount_fen, transfer.kind,
            transfer.event_date, transfer.reverses_transfer_id
        )
),

reversal AS (
    SELECT
        3 AS look_order,
        'reversal' AS refusal,
        ledger_posting.region_code,
        ledger_posting.idempotency_key AS subject,
        original.batch_no,
        original.amount_fen::numeric AS amount_fen
    FROM ledger_posting
    LEFT JOIN ledger.transfer AS original
        ON ledger_posting.region_code = original.region_code AND ledger_posting.reverses_transfer_id = original.transfer_id
    WHERE
        ledger_posting.reverses_transfer_id IS NOT NULL
        AND (
            ledger_posting.idempotency_key, ledger_posting.debit_account, ledger_posting.credit_account, ledger_posting.amount_fen,
            ledger_posting.kind, ledger_posting.event_date
        )
        IS DISTINCT FROM
        (
            original.idempotency_key || '.reversal', original.credit_account, original.debit_account, original.amount_fen,
            original.kind, original.event_date
        )
),

unknown_kind AS (
    SELECT
        4 AS look_order,
        'unknown_kind' AS refusal,
        region_code,
        account_code AS subject,
        batch_no,
        NULL::numeric AS amount_fen
    FROM ledger_movement
    WHERE kind IS NULL OR subject_code = ''
),

overdrawn AS (
    SELECT
        5 AS look_order,
        'overdrawn' AS refusal,
        region_code,
        account_code AS subject,
        batch_no,
        balance_fen AS amount_fen
    FROM ledger_movement
    WHERE balance_rule = 'not_negative' AND balance_fen < 0
),

-- Money of a subsidy goes the way that its kind of transfer goes, and stays with its fund and programme.
off_path AS (
    SELECT
        6 AS look_order,
        'off_path' AS refusal,
        region_code,
        idempotency_key AS subject,
        batch_no,
        amount_fen::numeric AS amount_fen
    FROM ledger_posting
    WHERE
        starts_with(kind, 'subsidy_')
        AND NOT ledger.is_on_path(
            kind,
            CASE WHEN reverses_transfer_id IS NULL THEN debit_account ELSE credit_account END,
            CASE WHEN reverses_transfer_id IS NULL THEN credit_account ELSE debit_account END
        )
),

not_allowed AS (
    SELECT
        7 AS look_order,
        'not_allowed' AS refusal,
        committed.region_code,
        concat_ws(' on ', committed.debit_account, committed.event_date) AS subject,
        committed.batch_no,
        committed.amount_fen
    FROM (
        SELECT
            region_code,
            batch_no,
            debit_account,
            event_date,
            sum(amount_fen) AS amount_fen
        FROM ledger_posting
        WHERE kind = 'subsidy_commit' AND reverses_transfer_id IS NULL
        GROUP BY region_code, batch_no, debit_account, event_date
    ) AS committed
    WHERE
        NOT ops.fund_may_pay(
            split_part(committed.debit_account, ':', 2), split_part(committed.debit_account, ':', 3), committed.region_code,
            committed.event_date
        )
),

final AS (
    SELECT * FROM malformed
    UNION ALL
    SELECT * FROM conflict
    UNION ALL
    SELECT * FROM reversal
    UNION ALL
    SELECT * FROM unknown_kind
    UNION ALL
    SELECT * FROM overdrawn
    UNION ALL
    SELECT * FROM off_path
    UNION ALL
    SELECT * FROM not_allowed
)

SELECT
    refusal,
    region_code,
    subject,
    batch_no,
    amount_fen
FROM final
ORDER BY look_order, region_code, subject COLLATE "C"
LIMIT 1;
