-- Makes an order for each banner with money that is committed and not lined up, or returned and still due.
-- Grain: one row per order and line, as the tables have it.
-- Inputs: ledger.standing_transfer, ledger_line, ledger.payment_order, ledger.current_decision, ops.publication.
-- Rerun: adds nothing while everything is lined up.
DROP TABLE IF EXISTS pg_temp.ledger_order_line;
CREATE TEMPORARY TABLE ledger_order_line ON COMMIT DROP AS
WITH
lined AS (
    SELECT
        region_code,
        claim_key,
        fund_code,
        sum(amount_fen) AS lined_fen
    FROM ledger_line
    WHERE is_first
    GROUP BY region_code, claim_key, fund_code
),

committed AS (
    SELECT
        transfer.region_code,
        decision.claim_key,
        decision.programme_code,
        split_part(transfer.business_key, ':', 2) AS fund_code,
        decision.payee_kind,
        decision.payee_code,
        transfer.amount_fen
    FROM ledger.standing_transfer AS transfer
    INNER JOIN ledger.current_decision AS decision
        ON
            transfer.region_code = decision.region_code
            AND transfer.business_key = concat_ws(':', 'subsidy_commit', split_part(transfer.business_key, ':', 2), decision.claim_key)
    WHERE transfer.kind = 'subsidy_commit'
),

wanted AS (
    SELECT
        committed.region_code,
        committed.claim_key,
        committed.programme_code,
        committed.fund_code,
        committed.payee_kind,
        committed.payee_code,
        (committed.amount_fen - coalesce(lined.lined_fen, 0))::bigint AS amount_fen,
        NULL::text AS reissues_reference,
        NULL::integer AS reissues_line_no
    FROM committed
    LEFT JOIN lined
        ON
            committed.region_code = lined.region_code
            AND committed.claim_key = lined.claim_key
            AND committed.fund_code = lined.fund_code
    WHERE committed.amount_fen > coalesce(lined.lined_fen, 0)
    UNION ALL
    SELECT
        line.region_code,
        line.claim_key,
        line.programme_code,
        line.fund_code,
        line.payee_kind,
        line.payee_code,
        line.amount_fen - line.kept_fen,
        line.payment_reference,
        line.line_no
    FROM ledger_line AS line
    WHERE line.bank_status = 'returned' AND line.again_fen IS NULL AND line.amount_fen > line.kept_fen
),

last_order AS (
    SELECT
        region_code,
        max(order_no) AS order_no
    FROM ledger.payment_order
    GROUP BY region_code
),

numbered AS (
    SELECT
        wanted.*,
        coalesce(last_order.order_no, 0) + 1 AS order_no,
        row_number() OVER (
            PARTITION BY wanted.region_code
            ORDER BY wanted.claim_key COLLATE "C", wanted.fund_code, wanted.reissues_reference, wanted.reissues_line_no -- noqa: RF02,RF03
        )::integer AS line_no
    FROM wanted
    LEFT JOIN last_order ON wanted.region_code = last_order.region_code
    WHERE %(region_codes)s::text [] IS NULL OR wanted.region_code = any(%(region_codes)s::text [])
),

dated AS (
    SELECT (max(publication.period) + interval '1 month - 1 day')::date AS proposed_on
    FROM ops.publication
)

SELECT
    numbered.region_code,
    concat_ws('-', numbered.region_code, to_char(dated.proposed_on, 'YYYYMM'), lpad(numbered.order_no::text, 4, '0')) AS payment_reference,
    numbered.line_no,
    numbered.claim_key,
    numbered.programme_code,
    numbered.fund_code,
    numbered.payee_kind,
    numbered.payee_code,
    numbered.amount_fen,
    numbered.reissues_reference,
    numbered.reissues_line_no,
    ''::bytea AS digest,
    numbered.order_no,
    dated.proposed_on
FROM numbered
CROSS JOIN dated;

INSERT INTO ledger.payment_order (
    region_code, payment_reference, order_no, proposed_on, proposed_at, line_count, amount_fen, sha256
)
WITH
hashed AS (
    SELECT
        made.region_code,
        made.payment_reference,
        made.order_no,
        made.proposed_on,
        made.line_no,
        made.amount_fen,
        ledger.payment_line_digest(
            ROW(
                made.region_code, made.payment_reference, made.line_no, made.claim_key, made.programme_code, made.fund_code,
                made.payee_kind, made.payee_code, made.amount_fen, made.reissues_reference, made.reissues_line_no, made.digest
            )::ledger.payment_line
        ) AS digest
    FROM ledger_order_line AS made
),

source AS (
    SELECT
        hashed.region_code,
        hashed.payment_reference,
        hashed.order_no,
        hashed.proposed_on,
        %(proposed_at)s::timestamptz AS proposed_at,
        count(*)::integer AS line_count,
        sum(hashed.amount_fen) AS amount_fen,
        string_agg(hashed.digest, ''::bytea ORDER BY hashed.line_no) AS digests
    FROM hashed
    GROUP BY hashed.region_code, hashed.payment_reference, hashed.order_no, hashed.proposed_on
)

SELECT
    source.region_code,
    source.payment_reference,
    source.order_no,
    source.proposed_on,
    source.proposed_at,
    source.line_count,
    source.amount_fen,
    ledger.order_digest(
        ROW(
            source.region_code, source.payment_reference, source.order_no, source.proposed_on, source.proposed_at, source.line_count,
            source.amount_fen, NULL
        )::ledger.payment_order,
        source.digests
    ) AS sha256
FROM source;

INSERT INTO ledger.payment_line (
    region_code, payment_reference, line_no, claim_key, programme_code, fund_code, payee_kind, payee_code, amount_fen, reissues_reference,
    reissues_line_no, digest
)
SELECT
    made.region_code,
    made.payment_reference,
    made.line_no,
    made.claim_key,
    made.programme_code,
    made.fund_code,
    made.payee_kind,
    made.payee_code,
    made.amount_fen,
    made.reissues_reference,
    made.reissues_line_no,
    ledger.payment_line_digest(
        ROW(
            made.region_code, made.payment_reference, made.line_no, made.claim_key, made.programme_code, made.fund_code,
            made.payee_kind, made.payee_code, made.amount_fen, made.reissues_reference, made.reissues_line_no, made.digest
        )::ledger.payment_line
    ) AS digest
FROM ledger_order_line AS made;
