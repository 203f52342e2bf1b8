-- Why a draft cannot be posted: the first transfer or account, in the order in which a person would look.
-- Grain: at most one row. Inputs: ledger_draft, ledger_posting, ledger_flow, ledger_movement, ledger.transfer, ops.fund_rule. Rerun: reads only.
WITH
-- Each transfer is looked at once; what a reversal reverses is looked up for reversals only.
faulty AS (
    SELECT
        CASE WHEN is_malformed THEN 1 ELSE 3 END AS look_order,
        CASE WHEN is_malformed THEN 'malformed' ELSE 'reversal' END AS refusal,
        region_code,
        idempotency_key AS subject,
        batch_no,
        amount_fen::numeric AS amount_fen
    FROM (
        SELECT
            posting.region_code,
            posting.idempotency_key,
            posting.batch_no,
            posting.amount_fen,
            NOT ledger.is_key(
                posting.idempotency_key, posting.region_code, posting.kind, posting.reverses_transfer_id IS NOT NULL
            ) AS is_malformed,
            posting.reverses_transfer_id IS NOT NULL
            AND NOT coalesce((
                SELECT
                    (
                        original.idempotency_key || '.reversal', original.credit_account, original.debit_account,
                        original.amount_fen, original.kind, original.event_date
                    )
                    = (
                        posting.idempotency_key, posting.debit_account, posting.credit_account, posting.amount_fen,
                        posting.kind, posting.event_date
                    )
                FROM ledger.transfer AS original
                WHERE
                    original.region_code = posting.region_code
                    AND original.transfer_id = posting.reverses_transfer_id
            ), FALSE) AS is_no_mirror
        FROM ledger_posting AS posting
    ) AS judged
    WHERE is_malformed OR is_no_mirror
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
    SELECT * FROM faulty
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
