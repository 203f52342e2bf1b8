-- Why a draft cannot be posted: the first transfer or account, in the order in which a person would look.
-- Grain: at most one row. Inputs: staging.ledger_draft, staging.ledger_posting, ledger_flow, ledger_movement, ledger.transfer, ops.fund_rule. Rerun: reads only.
WITH
malformed AS (
    SELECT
        1 AS look_order,
        'malformed' AS refusal,
        region_code,
        malformed_key AS subject,
        batch_no,
        amount_fen
    FROM ledger_flow
    WHERE malformed_key IS NOT NULL
),

reversal AS (
    SELECT
        3 AS look_order,
        'reversal' AS refusal,
        posting.region_code,
        posting.idempotency_key AS subject,
        posting.batch_no,
        posting.amount_fen::numeric AS amount_fen
    FROM staging.ledger_posting AS posting
    LEFT JOIN ledger.transfer AS original
        ON posting.region_code = original.region_code AND posting.reverses_transfer_id = original.transfer_id
    WHERE
        posting.reverses_transfer_id IS NOT NULL
        AND (
            posting.idempotency_key, posting.debit_account, posting.credit_account, posting.amount_fen, posting.kind, posting.event_date
        )
        IS DISTINCT FROM
        (
            original.idempotency_key || '.reversal', original.credit_account, original.debit_account, original.amount_fen,
            original.kind, original.event_date
        )
),

conflict AS (
    SELECT
        2 AS look_order,
        'conflict' AS refusal,
        draft.region_code,
        draft.idempotency_key AS subject,
        transfer.batch_no,
        transfer.amount_fen::numeric AS amount_fen
    FROM staging.ledger_draft AS draft
    INNER JOIN ledger.transfer
        ON draft.region_code = transfer.region_code AND draft.idempotency_key = transfer.idempotency_key
    WHERE
        (
            draft.debit_account, draft.credit_account, draft.amount_fen, draft.kind,
            draft.event_date, draft.reverses_transfer_id
        )
        IS DISTINCT FROM
        (
            transfer.debit_account, transfer.credit_account, transfer.amount_fen, transfer.kind,
            transfer.event_date, transfer.reverses_transfer_id
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
        first_key AS subject,
        batch_no,
        amount_fen
    FROM ledger_flow
    WHERE
        starts_with(kind, 'subsidy_')
        AND NOT ledger.is_on_path(
            kind,
            CASE WHEN is_reversal THEN credit_account ELSE debit_account END,
            CASE WHEN is_reversal THEN debit_account ELSE credit_account END
        )
),

not_allowed AS (
    SELECT
        7 AS look_order,
        'not_allowed' AS refusal,
        region_code,
        concat_ws(' on ', debit_account, event_date) AS subject,
        batch_no,
        amount_fen
    FROM ledger_flow
    WHERE
        kind = 'subsidy_commit'
        AND NOT is_reversal
        AND NOT ops.fund_may_pay(
            split_part(debit_account, ':', 2), split_part(debit_account, ':', 3), region_code, event_date
        )
),

final AS (
    SELECT * FROM malformed
    UNION ALL
    SELECT * FROM reversal
    UNION ALL
    SELECT * FROM conflict
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
