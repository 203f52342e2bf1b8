-- Recomputes every transfer: its digest, number, batch, key, accounts, and what it reverses.
-- Grain: per banner and rule, the first transfer that breaks it. Inputs: ledger.transfer, ledger.seal, ledger.account. Rerun: reads only.
WITH
numbered AS (
    SELECT
        transfer.*,
        lag(transfer.transfer_id, 1, 0::bigint) OVER (PARTITION BY transfer.region_code ORDER BY transfer.transfer_id) AS id_before
    FROM ledger.transfer
),

judged AS (
    SELECT
        numbered.region_code,
        numbered.transfer_id,
        numbered.digest <> ledger.transfer_digest(
            numbered.region_code, numbered.transfer_id, numbered.idempotency_key, numbered.debit_account, numbered.credit_account,
            numbered.amount_fen, numbered.kind, numbered.event_date, numbered.rule_version, numbered.delivery_id,
            numbered.reverses_transfer_id
        ) AS is_altered,
        numbered.transfer_id <> numbered.id_before + 1 AS is_after_gap,
        numbered.amount_fen <= 0 OR numbered.debit_account = numbered.credit_account AS is_no_movement,
        NOT ledger.is_key(numbered.idempotency_key, numbered.region_code, numbered.kind, numbered.reverses_transfer_id IS NOT NULL) AS is_key_malformed,
        seal.batch_no IS NULL
        OR numbered.transfer_id NOT BETWEEN seal.first_transfer_id AND seal.last_transfer_id
        OR numbered.posted_at <> seal.posted_at AS is_outside_batch,
        debit.account_code IS NULL OR credit.account_code IS NULL AS is_account_missing
    FROM numbered
    LEFT JOIN ledger.seal ON numbered.region_code = seal.region_code AND numbered.batch_no = seal.batch_no
    LEFT JOIN ledger.account AS debit ON numbered.region_code = debit.region_code AND numbered.debit_account = debit.account_code
    LEFT JOIN ledger.account AS credit ON numbered.region_code = credit.region_code AND numbered.credit_account = credit.account_code
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
            ('transfer.gap', judged.is_after_gap),
            ('transfer.movement', judged.is_no_movement),
            ('transfer.key', judged.is_key_malformed),
            ('transfer.batch', judged.is_outside_batch),
            ('transfer.account', judged.is_account_missing)
        ) AS broken (rule_id, is_broken)
    WHERE
        (
            judged.is_altered OR judged.is_after_gap OR judged.is_no_movement OR judged.is_key_malformed OR judged.is_outside_batch
            OR judged.is_account_missing
        )
        AND broken.is_broken
    GROUP BY judged.region_code, broken.rule_id
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

-- Only a version that was taken back may be followed by the next one.
version AS (
    SELECT
        region_code,
        transfer_id,
        row_number() OVER fact AS expected,
        ledger.key_version(idempotency_key) AS version,
        lag(transfer_id) OVER fact AS version_before
    FROM ledger.transfer
    WHERE reverses_transfer_id IS NULL AND ledger.is_key(idempotency_key, region_code, kind, FALSE)
    WINDOW fact AS (PARTITION BY region_code, ledger.business_key(idempotency_key) ORDER BY transfer_id)
),

version_found AS (
    SELECT
        version.region_code,
        'transfer.version' AS rule_id,
        min(version.transfer_id) AS row_no
    FROM version
    LEFT JOIN ledger.transfer AS reversal
        ON version.region_code = reversal.region_code AND version.version_before = reversal.reverses_transfer_id
    WHERE version.version <> version.expected OR (version.version_before IS NOT NULL AND reversal.transfer_id IS NULL)
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
    SELECT * FROM reversal
    UNION ALL
    SELECT * FROM version_found
) AS final;
