-- Recomputes every transfer: its digest, number, batch, key, accounts, and what it reverses.
-- Grain: per banner and rule, the first transfer that breaks it. Inputs: ledger.transfer, ledger.seal, ledger.account. Rerun: reads only.
WITH
judged AS (
    SELECT
        transfer.region_code,
        transfer.transfer_id,
        transfer.digest <> ledger.content_digest(
            transfer.region_code, transfer.idempotency_key, transfer.debit_account, transfer.credit_account, transfer.amount_fen,
            transfer.kind, transfer.event_date, transfer.rule_version, transfer.delivery_id, transfer.reverses_transfer_id
        )
        AND transfer.digest <> ledger.transfer_digest(
            transfer.region_code, transfer.transfer_id, transfer.idempotency_key, transfer.debit_account, transfer.credit_account,
            transfer.amount_fen, transfer.kind, transfer.event_date, transfer.rule_version, transfer.delivery_id,
            transfer.reverses_transfer_id
        ) AS is_altered,
        transfer.amount_fen <= 0 OR transfer.debit_account = transfer.credit_account AS is_no_movement,
        starts_with(transfer.kind, 'subsidy_') AND NOT ledger.is_on_path(
            transfer.kind,
            CASE WHEN transfer.reverses_transfer_id IS NULL THEN transfer.debit_account ELSE transfer.credit_account END,
            CASE WHEN transfer.reverses_transfer_id IS NULL THEN transfer.credit_account ELSE transfer.debit_account END
        ) AS is_off_path,
        NOT ledger.is_key(
            transfer.idempotency_key, transfer.region_code, transfer.kind, transfer.reverses_transfer_id IS NOT NULL
        ) AS is_key_malformed,
        seal.batch_no IS NULL
        OR transfer.transfer_id NOT BETWEEN seal.first_transfer_id AND seal.last_transfer_id
        OR transfer.posted_at <> seal.posted_at AS is_outside_batch,
        debit.account_code IS NULL OR credit.account_code IS NULL AS is_account_missing
    FROM ledger.transfer
    LEFT JOIN ledger.seal ON transfer.region_code = seal.region_code AND transfer.batch_no = seal.batch_no
    LEFT JOIN ledger.account AS debit ON transfer.region_code = debit.region_code AND transfer.debit_account = debit.account_code
    LEFT JOIN ledger.account AS credit ON transfer.region_code = credit.region_code AND transfer.credit_account = credit.account_code
),

found AS (
    SELECT
        judged.region_code,
        broken.rule_id,
        min(judged.transfer_id) AS row_no
    FROM judged
    CROSS JOIN
        LATERAL (
            VALUES
            ('transfer.digest', judged.is_altered),
            ('transfer.movement', judged.is_no_movement),
            ('transfer.path', judged.is_off_path),
            ('transfer.key', judged.is_key_malformed),
            ('transfer.batch', judged.is_outside_batch),
            ('transfer.account', judged.is_account_missing)
        ) AS broken (rule_id, is_broken)
    WHERE
        (
            judged.is_altered OR judged.is_no_movement OR judged.is_off_path OR judged.is_key_malformed OR judged.is_outside_batch
            OR judged.is_account_missing
        )
        AND broken.is_broken
    GROUP BY judged.region_code, broken.rule_id
),

-- Numbers alone, read from the primary key's index.
numbered AS (
    SELECT
        region_code,
        transfer_id,
        lag(transfer_id, 1, 0::bigint) OVER (PARTITION BY region_code ORDER BY transfer_id) AS id_before
    FROM ledger.transfer
),

gap AS (
    SELECT
        region_code,
        'transfer.gap' AS rule_id,
        min(transfer_id) AS row_no
    FROM numbered
    WHERE transfer_id <> id_before + 1
    GROUP BY region_code
),

reversal AS (
    SELECT
        reversal.region_code,
        'transfer.reversal' AS rule_id,
        min(reversal.transfer_id) AS row_no
    FROM ledger.transfer AS reversal
    LEFT JOIN ledger.transfer AS original
        ON reversal.region_code = original.region_code AND reversal.reverses_transfer_id = original.transfer_id
    WHERE
        reversal.reverses_transfer_id IS NOT NULL
        AND (
            original.reverses_transfer_id IS NOT NULL
            OR original.transfer_id >= reversal.transfer_id
            OR (
                reversal.idempotency_key, reversal.debit_account, reversal.credit_account, reversal.amount_fen, reversal.kind,
                reversal.event_date
            )
            IS DISTINCT FROM
            (
                original.idempotency_key || '.reversal', original.credit_account, original.debit_account, original.amount_fen,
                original.kind, original.event_date
            )
        )
    GROUP BY reversal.region_code
),

-- Only a version that was taken back may be followed by the next one. First versions are the unique key's affair.
version AS (
    SELECT
        region_code,
        transfer_id,
        left(idempotency_key, -length(split_part(idempotency_key, '#', -1)))
        || (ledger.key_version(idempotency_key) - 1) AS key_before
    FROM ledger.transfer
    WHERE reverses_transfer_id IS NULL AND ledger.key_version(idempotency_key) > 1
),

version_found AS (
    SELECT
        version.region_code,
        'transfer.version' AS rule_id,
        min(version.transfer_id) AS row_no
    FROM version
    LEFT JOIN ledger.transfer AS original
        ON version.region_code = original.region_code AND version.key_before = original.idempotency_key
    LEFT JOIN ledger.transfer AS reversal
        ON version.region_code = reversal.region_code AND original.transfer_id = reversal.reverses_transfer_id
    WHERE reversal.transfer_id IS NULL
    GROUP BY version.region_code
)

SELECT
    region_code,
    rule_id,
    'transfer ' || row_no AS row_name,
    row_no
FROM (
    SELECT * FROM found
    UNION ALL
    SELECT * FROM gap
    UNION ALL
    SELECT * FROM reversal
    UNION ALL
    SELECT * FROM version_found
) AS final;
