-- Grain: one row per order and person; none where the order is not open or has another digest, or the person has spoken.
-- Inputs: ledger.order_state, ledger.approval. Rerun: adds nothing.
INSERT INTO ledger.approval (region_code, payment_reference, approver, verdict, order_sha256, decided_at, digest)
WITH
source AS (
    SELECT
        order_state.region_code,
        order_state.payment_reference,
        %(approver)s::text AS approver,
        %(verdict)s::text AS verdict,
        order_state.sha256 AS order_sha256,
        clock_timestamp() AS decided_at,
        ''::bytea AS digest
    FROM ledger.order_state
    WHERE
        order_state.payment_reference = %(payment_reference)s
        AND encode(order_state.sha256, 'hex') = %(sha256)s
        AND order_state.state = 'open'
        AND NOT EXISTS (
            SELECT
            FROM ledger.approval AS spoken
            WHERE
                spoken.region_code = order_state.region_code
                AND spoken.payment_reference = order_state.payment_reference
                AND spoken.approver = %(approver)s
        )
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
