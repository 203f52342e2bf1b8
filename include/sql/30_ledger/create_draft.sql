-- The difference between what should stand and what stands: new facts, reversals of what is no longer so, and what replaces them.
-- Grain: one row per transfer to post.
-- Inputs: ledger_region, ledger_claim, ledger.transfer. Rerun: replaces the transaction's table.
DROP TABLE IF EXISTS staging.ledger_draft;
CREATE UNLOGGED TABLE staging.ledger_draft AS
WITH
rule AS (
    SELECT
        %(programme)s || '_' AS kind_prefix,
        %(rule_version)s::text AS rule_version
),

posted AS (
    SELECT
        transfer.*,
        ledger.business_key(transfer.idempotency_key) AS business_key,
        ledger.key_version(transfer.idempotency_key) AS version
    FROM ledger.transfer
    INNER JOIN ledger_region ON transfer.region_code = ledger_region.region_code
    INNER JOIN rule ON starts_with(transfer.kind, rule.kind_prefix)
    WHERE transfer.reverses_transfer_id IS NULL
),

reversal AS (
    SELECT
        transfer.region_code,
        transfer.reverses_transfer_id
    FROM ledger.transfer
    INNER JOIN ledger_region ON transfer.region_code = ledger_region.region_code
    WHERE transfer.reverses_transfer_id IS NOT NULL
),

latest AS (
    SELECT
        region_code,
        business_key,
        max(version) AS version
    FROM posted
    GROUP BY region_code, business_key
),

standing AS (
    SELECT posted.*
    FROM posted
    LEFT JOIN reversal ON posted.region_code = reversal.region_code AND posted.transfer_id = reversal.reverses_transfer_id
    WHERE reversal.reverses_transfer_id IS NULL
),

difference AS (
    SELECT
        coalesce(claim.region_code, standing.region_code) AS region_code,
        coalesce(claim.business_key, standing.business_key) AS business_key,
        claim.region_code IS NOT NULL AS is_claimed,
        claim.debit_account,
        claim.credit_account,
        claim.amount_fen,
        claim.kind,
        claim.event_date,
        claim.delivery_id,
        standing.transfer_id AS standing_id,
        standing.idempotency_key AS standing_key,
        standing.debit_account AS standing_debit_account,
        standing.credit_account AS standing_credit_account,
        standing.amount_fen AS standing_amount_fen,
        standing.kind AS standing_kind,
        standing.event_date AS standing_event_date
    FROM ledger_claim AS claim
    FULL JOIN standing ON claim.region_code = standing.region_code AND claim.business_key = standing.business_key
    WHERE
        (claim.debit_account, claim.credit_account, claim.amount_fen, claim.kind, claim.event_date)
        IS DISTINCT FROM
        (standing.debit_account, standing.credit_account, standing.amount_fen, standing.kind, standing.event_date)
),

final AS (
    SELECT
        difference.region_code,
        difference.standing_key || '.reversal' AS idempotency_key,
        difference.standing_credit_account AS debit_account,
        difference.standing_debit_account AS credit_account,
        difference.standing_amount_fen AS amount_fen,
        difference.standing_kind AS kind,
        difference.standing_event_date AS event_date,
        rule.rule_version,
        difference.delivery_id,
        difference.standing_id AS reverses_transfer_id
    FROM difference
    CROSS JOIN rule
    WHERE difference.standing_id IS NOT NULL
    UNION ALL
    SELECT
        difference.region_code,
        concat(difference.region_code, ':', difference.business_key, '#', coalesce(latest.version, 0) + 1) AS idempotency_key,
        difference.debit_account,
        difference.credit_account,
        difference.amount_fen,
        difference.kind,
        difference.event_date,
        rule.rule_version,
        difference.delivery_id,
        NULL AS reverses_transfer_id
    FROM difference
    CROSS JOIN rule
    LEFT JOIN latest ON difference.region_code = latest.region_code AND difference.business_key = latest.business_key
    WHERE difference.is_claimed
)

SELECT * FROM final;
ANALYZE staging.ledger_draft;
