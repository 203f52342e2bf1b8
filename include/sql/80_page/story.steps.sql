-- Grain: one row per transfer of the claim's money, from the commitment to the beneficiary and back, with the seal of its batch (C7.1).
-- Inputs: ledger.transfer, ledger.seal, ledger.decision, ledger.payment_line. Rerun: reads only.
WITH asked AS (
    SELECT
        left(%(of)s::text, 6) AS region_code,
        ledger.claim_behind(left(%(of)s::text, 6), substr(%(of)s::text, 8)) AS claim_key
),

stated AS (
    SELECT
        asked.region_code,
        concat_ws(':', asked.region_code, 'subsidy_commit', decision.fund_code, asked.claim_key) AS key_stem
    FROM asked
    INNER JOIN ledger.decision AS decision ON asked.region_code = decision.region_code AND asked.claim_key = decision.claim_key
    UNION
    SELECT
        asked.region_code,
        concat_ws(':', asked.region_code, moved.kind, line.payment_reference, line.line_no) AS key_stem
    FROM asked
    INNER JOIN ledger.payment_line AS line ON asked.region_code = line.region_code AND asked.claim_key = line.claim_key
    CROSS JOIN unnest(ARRAY[
        'subsidy_payable', 'subsidy_release', 'subsidy_paid', 'subsidy_returned', 'subsidy_clawback', 'subsidy_recovered'
    ]) AS moved (kind)
)

SELECT
    transfer.region_code,
    transfer.transfer_id,
    transfer.kind AS transfer_kind,
    transfer.event_date,
    transfer.amount_fen,
    transfer.reverses_transfer_id IS NOT NULL AS is_reversal,
    transfer.posted_at,
    transfer.batch_no,
    encode(seal.sha256, 'hex') AS seal_sha256
FROM stated
-- A key ends with # and its version; $ is the next character.
INNER JOIN ledger.transfer AS transfer
    ON
        stated.region_code = transfer.region_code
        AND transfer.idempotency_key BETWEEN stated.key_stem || '#' AND stated.key_stem || '$'
INNER JOIN ledger.seal AS seal ON transfer.region_code = seal.region_code AND transfer.batch_no = seal.batch_no
ORDER BY transfer.transfer_id;
