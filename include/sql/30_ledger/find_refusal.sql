-- Why a draft cannot be posted: the first transfer or account, in the order in which a person would look.
-- Grain: at most one row. Inputs: ledger_draft, ledger_posting, ledger_movement, ledger.transfer. Rerun: reads only.
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
