-- The ledger itself refuses an open order with a line that is no longer due, or that sends again what the bank did pay after all.
-- Grain: one row per such order. Inputs: ledger_line, ledger.order_state, ledger.current_decision. Rerun: adds nothing.
INSERT INTO ledger.approval (region_code, payment_reference, approver, verdict, order_sha256, decided_at, digest)
WITH
lined AS (
    SELECT
        region_code,
        claim_key,
        coalesce(sum(amount_fen) FILTER (WHERE is_first), 0) - sum(kept_fen) AS lined_fen
    FROM ledger_line
    GROUP BY region_code, claim_key
),

source AS (
    SELECT DISTINCT
        order_state.region_code,
        order_state.payment_reference,
        'steppe' AS approver,
        'refused' AS verdict,
        order_state.sha256 AS order_sha256,
        %(decided_at)s::timestamptz AS decided_at,
        ''::bytea AS digest
    FROM ledger.order_state
    INNER JOIN ledger_line AS line
        ON order_state.region_code = line.region_code AND order_state.payment_reference = line.payment_reference
    INNER JOIN lined ON line.region_code = lined.region_code AND line.claim_key = lined.claim_key
    LEFT JOIN ledger.current_decision AS decision
        ON line.region_code = decision.region_code AND line.claim_key = decision.claim_key
    WHERE
        order_state.state = 'open'
        AND (lined.lined_fen > decision.amount_fen OR decision.settlement IS DISTINCT FROM 'payment' OR line.is_contradicted)
)

SELECT
    source.region_code,
    source.payment_reference,
    source.approver,
    source.verdict,
    source.order_sha256,
    source.decided_at,
    ledger.approval_digest(source::ledger.approval) AS digest
FROM source;
