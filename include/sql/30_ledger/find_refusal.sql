-- Why a draft cannot be posted: the first transfer or account, in the order in which a person would look.
-- Grain: at most one row. Inputs: staging.ledger_known, ledger_fresh, ledger_flow, ledger_movement,
-- ledger.transfer, ops.fund_rule. Rerun: reads only.
WITH
malformed AS (
    SELECT
        1 AS look_order,
        'malformed' AS refusal,
        region_code,
        malformed_key AS subject,
        NULL::integer AS batch_no,
        amount_fen
    FROM ledger_flow
    WHERE malformed_key IS NOT NULL
),

reversal AS (
    SELECT
        3 AS look_order,
        'reversal' AS refusal,
        fresh.region_code,
        fresh.idempotency_key AS subject,
        NULL::integer AS batch_no,
        fresh.amount_fen::numeric AS amount_fen
    FROM ledger_fresh AS fresh
    LEFT JOIN ledger.transfer AS original
        ON fresh.region_code = original.region_code AND fresh.reverses_transfer_id = original.transfer_id
    WHERE
        fresh.reverses_transfer_id IS NOT NULL
        AND (
            fresh.idempotency_key, fresh.debit_account, fresh.credit_account, fresh.amount_fen, fresh.kind, fresh.event_date
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
        region_code,
        idempotency_key AS subject,
        batch_no,
        amount_fen::numeric AS amount_fen
    FROM staging.ledger_known
    WHERE is_different
),

unknown_kind AS (
    SELECT
        4 AS look_order,
        'unknown_kind' AS refusal,
        region_code,
        account_code AS subject,
        NULL::integer AS batch_no,
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
        NULL::integer AS batch_no,
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
        NULL::integer AS batch_no,
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
        NULL::integer AS batch_no,
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
