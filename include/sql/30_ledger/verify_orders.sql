-- Recomputes orders, their lines and approvals, and holds what went to the bank to the approvals of two people.
-- Grain: per banner and rule, the first row that breaks it.
-- Inputs: ledger.payment_order, ledger.payment_line, ledger.approval, ledger.order_state, ledger.standing_transfer. Rerun: reads only.
WITH
content AS (
    SELECT
        line.region_code,
        line.payment_reference,
        count(*) AS line_count,
        max(line.line_no) AS last_line_no,
        sum(line.amount_fen) AS amount_fen,
        string_agg(line.digest, ''::bytea ORDER BY line.line_no) AS digests
    FROM ledger.payment_line AS line
    GROUP BY line.region_code, line.payment_reference
),

order_judged AS (
    SELECT
        payment_order.region_code,
        'order ' || payment_order.payment_reference AS row_name,
        payment_order.order_no::bigint AS row_no,
        CASE
            WHEN
                payment_order.order_no <> lag(payment_order.order_no, 1, 0) OVER (
                    PARTITION BY payment_order.region_code ORDER BY payment_order.order_no
                ) + 1
                THEN 'order.gap'
            WHEN
                coalesce(content.line_count, 0) <> payment_order.line_count
                OR content.last_line_no <> payment_order.line_count
                OR content.amount_fen <> payment_order.amount_fen
                OR payment_order.sha256 <> ledger.order_digest(payment_order, content.digests)
                THEN 'order.sha256'
        END AS rule_id
    FROM ledger.payment_order
    LEFT JOIN content
        ON payment_order.region_code = content.region_code AND payment_order.payment_reference = content.payment_reference
),

line_judged AS (
    SELECT
        line.region_code,
        concat_ws(' ', 'line', line.payment_reference, line.line_no) AS row_name,
        line.line_no::bigint AS row_no,
        CASE
            WHEN line.digest <> ledger.payment_line_digest(line) THEN 'line.digest'
            WHEN payment_order.payment_reference IS NULL THEN 'line.order'
        END AS rule_id
    FROM ledger.payment_line AS line
    LEFT JOIN ledger.payment_order
        ON line.region_code = payment_order.region_code AND line.payment_reference = payment_order.payment_reference
),

approval_judged AS (
    SELECT
        approval.region_code,
        concat_ws(' ', 'approval', approval.payment_reference, approval.approver) AS row_name,
        1::bigint AS row_no,
        CASE
            WHEN approval.digest <> ledger.approval_digest(approval) THEN 'approval.digest'
            WHEN approval.order_sha256 <> coalesce(payment_order.sha256, ''::bytea) THEN 'approval.order'
        END AS rule_id
    FROM ledger.approval
    LEFT JOIN ledger.payment_order
        ON
            approval.region_code = payment_order.region_code
            AND approval.payment_reference = payment_order.payment_reference
),

release_judged AS (
    SELECT
        transfer.region_code,
        'transfer ' || transfer.transfer_id AS row_name,
        transfer.transfer_id AS row_no,
        'transfer.unapproved' AS rule_id
    FROM ledger.standing_transfer AS transfer
    LEFT JOIN ledger.order_state
        ON
            transfer.region_code = order_state.region_code
            AND split_part(transfer.business_key, ':', 2) = order_state.payment_reference
    WHERE transfer.kind = 'subsidy_release' AND order_state.state IS DISTINCT FROM 'released'
),

found AS (
    SELECT * FROM order_judged
    UNION ALL
    SELECT * FROM line_judged
    UNION ALL
    SELECT * FROM approval_judged
    UNION ALL
    SELECT * FROM release_judged
)

SELECT DISTINCT ON (region_code, rule_id)
    region_code,
    rule_id,
    row_name,
    row_no
FROM found
WHERE rule_id IS NOT NULL
ORDER BY region_code, rule_id, row_no, row_name;
