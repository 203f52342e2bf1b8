-- Payment orders: what is to be paid, line by line, and who agreed. Rerun: once.
-- An order is made once and never changed. Its seal is the hash over its lines; an approval holds the seal that the person saw, by foreign
-- key. With the second person's approval it is released; a refusal before that ends it, and what it held is proposed again.

CREATE TABLE ledger.payment_order (
    region_code text NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    payment_reference text NOT NULL,
    order_no integer NOT NULL CHECK (order_no > 0),
    proposed_on date NOT NULL,
    proposed_at timestamptz NOT NULL,
    line_count integer NOT NULL CHECK (line_count > 0),
    amount_fen numeric NOT NULL CHECK (amount_fen > 0),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (region_code, payment_reference),
    UNIQUE (region_code, order_no),
    UNIQUE (region_code, payment_reference, sha256),
    CHECK (payment_reference = region_code || '-' || to_char(proposed_on, 'YYYYMM') || '-' || lpad(order_no::text, 4, '0'))
);
COMMENT ON TABLE ledger.payment_order IS 'One row per banner and payment order; never changed 付款单';
COMMENT ON COLUMN ledger.payment_order.region_code IS 'Banner that pays 旗县';
COMMENT ON COLUMN ledger.payment_order.payment_reference IS 'banner-YYYYMM-number, the reference that the bank returns 付款单号';
COMMENT ON COLUMN ledger.payment_order.order_no IS 'Number in the banner, without gaps 序号';
COMMENT ON COLUMN ledger.payment_order.proposed_on IS 'Last day of the newest delivered month 提出日期';
COMMENT ON COLUMN ledger.payment_order.proposed_at IS 'When it was made 提出时间';
COMMENT ON COLUMN ledger.payment_order.line_count IS 'Number of its lines 明细数';
COMMENT ON COLUMN ledger.payment_order.amount_fen IS 'Sum of its lines, fen 合计金额（分）';
COMMENT ON COLUMN ledger.payment_order.sha256 IS 'ledger.order_digest over the row and the digests of its lines: what is approved 摘要';

CREATE TABLE ledger.payment_line (
    region_code text NOT NULL,
    payment_reference text NOT NULL,
    line_no integer NOT NULL CHECK (line_no > 0),
    claim_key text COLLATE "C" NOT NULL,
    programme_code text NOT NULL,
    fund_code text NOT NULL,
    payee_kind text NOT NULL,
    payee_code text NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    reissues_reference text,
    reissues_line_no integer,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (region_code, payment_reference, line_no),
    FOREIGN KEY (region_code, payment_reference) REFERENCES ledger.payment_order,
    FOREIGN KEY (region_code, reissues_reference, reissues_line_no) REFERENCES ledger.payment_line,
    CHECK ((reissues_reference IS NULL) = (reissues_line_no IS NULL)),
    CHECK (starts_with(claim_key, programme_code || ':'))
);
CREATE INDEX payment_line_by_claim ON ledger.payment_line (region_code, claim_key);
COMMENT ON TABLE ledger.payment_line IS 'One row per order and line; never changed 付款明细';
COMMENT ON COLUMN ledger.payment_line.region_code IS 'Banner that pays 旗县';
COMMENT ON COLUMN ledger.payment_line.payment_reference IS 'Order 付款单号';
COMMENT ON COLUMN ledger.payment_line.line_no IS 'Line in the order, without gaps 明细号';
COMMENT ON COLUMN ledger.payment_line.claim_key IS 'Claim that it pays 申领事项';
COMMENT ON COLUMN ledger.payment_line.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN ledger.payment_line.fund_code IS 'Fund that pays 资金代码';
COMMENT ON COLUMN ledger.payment_line.payee_kind IS 'Who is paid 收款人类别';
COMMENT ON COLUMN ledger.payment_line.payee_code IS 'Person token or code 收款人代码';
COMMENT ON COLUMN ledger.payment_line.amount_fen IS 'Amount, fen 金额（分）';
COMMENT ON COLUMN ledger.payment_line.reissues_reference IS 'Order of the returned line that this one sends again 重发付款单号';
COMMENT ON COLUMN ledger.payment_line.reissues_line_no IS 'That line 重发明细号';
COMMENT ON COLUMN ledger.payment_line.digest IS 'ledger.payment_line_digest over the row 行摘要';

CREATE TABLE ledger.approval (
    region_code text NOT NULL,
    payment_reference text NOT NULL,
    approver text NOT NULL CHECK (approver <> ''),
    verdict text NOT NULL CHECK (verdict IN ('approved', 'refused')),
    order_sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (region_code, payment_reference, approver),
    FOREIGN KEY (region_code, payment_reference, order_sha256)
    REFERENCES ledger.payment_order (region_code, payment_reference, sha256)
);
COMMENT ON TABLE ledger.approval IS 'One row per order and person who approved or refused it, bound to the digest that he saw 审批';
COMMENT ON COLUMN ledger.approval.region_code IS 'Banner that pays 旗县';
COMMENT ON COLUMN ledger.approval.payment_reference IS 'Order 付款单号';
COMMENT ON COLUMN ledger.approval.approver IS 'Login of the person; steppe where the ledger itself refused 审批人';
COMMENT ON COLUMN ledger.approval.verdict IS 'approved or refused 结论';
COMMENT ON COLUMN ledger.approval.order_sha256 IS 'Digest of the order that was seen 所见摘要';
COMMENT ON COLUMN ledger.approval.decided_at IS 'When 审批时间';
COMMENT ON COLUMN ledger.approval.digest IS 'ledger.approval_digest over the row 行摘要';

-- What is hashed: the values joined by |, an absent one as -, times in microseconds.
CREATE FUNCTION ledger.payment_line_digest(line ledger.payment_line) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    (line).region_code,
    (line).payment_reference,
    (line).line_no,
    (line).claim_key,
    (line).programme_code,
    (line).fund_code,
    (line).payee_kind,
    (line).payee_code,
    (line).amount_fen,
    coalesce((line).reissues_reference, '-'),
    coalesce((line).reissues_line_no::text, '-')
), 'UTF8'));
COMMENT ON FUNCTION ledger.payment_line_digest(ledger.payment_line) IS 'SHA-256 over a line, its digest left out 付款明细行摘要';

CREATE FUNCTION ledger.order_digest(payment_order ledger.payment_order, digests bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    (payment_order).region_code,
    (payment_order).payment_reference,
    (payment_order).order_no,
    (payment_order).proposed_on - '2000-01-01'::date,
    (extract(EPOCH FROM (payment_order).proposed_at) * 1000000)::bigint,
    (payment_order).line_count,
    (payment_order).amount_fen
), 'UTF8') || digests);
COMMENT ON FUNCTION ledger.order_digest(ledger.payment_order, bytea)
IS 'SHA-256 over an order and the digests of its lines in order of their number 付款单摘要';

CREATE FUNCTION ledger.approval_digest(approval ledger.approval) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    (approval).region_code,
    (approval).payment_reference,
    (approval).approver,
    (approval).verdict,
    encode((approval).order_sha256, 'hex'),
    (extract(EPOCH FROM (approval).decided_at) * 1000000)::bigint
), 'UTF8'));
COMMENT ON FUNCTION ledger.approval_digest(ledger.approval) IS 'SHA-256 over an approval, its digest left out 审批行摘要';

-- What came first counts: the second approval releases, a refusal before it ends.
CREATE VIEW ledger.order_state WITH (security_invoker = TRUE) AS
WITH
verdict AS (
    SELECT
        approval.region_code,
        approval.payment_reference,
        approval.verdict,
        approval.decided_at,
        row_number() OVER (
            PARTITION BY approval.region_code, approval.payment_reference, approval.verdict ORDER BY approval.decided_at, approval.approver
        ) AS place
    FROM ledger.approval
),

told AS (
    SELECT
        verdict.region_code,
        verdict.payment_reference,
        count(*) FILTER (WHERE verdict.verdict = 'approved') AS approvals,
        min(verdict.decided_at) FILTER (WHERE verdict.verdict = 'approved' AND verdict.place = 2) AS released_at,
        min(verdict.decided_at) FILTER (WHERE verdict.verdict = 'refused') AS refused_at
    FROM verdict
    GROUP BY verdict.region_code, verdict.payment_reference
)

SELECT
    payment_order.region_code,
    payment_order.payment_reference,
    payment_order.order_no,
    payment_order.proposed_on,
    payment_order.line_count,
    payment_order.amount_fen,
    payment_order.sha256,
    coalesce(told.approvals, 0) AS approvals,
    CASE
        WHEN told.refused_at <= coalesce(told.released_at, 'infinity') THEN 'refused'
        WHEN told.released_at IS NOT NULL THEN 'released'
        ELSE 'open'
    END AS state,
    CASE
        WHEN told.released_at < coalesce(told.refused_at, 'infinity') THEN (told.released_at AT TIME ZONE 'Asia/Shanghai')::date
    END AS released_on
FROM ledger.payment_order
LEFT JOIN told
    ON payment_order.region_code = told.region_code AND payment_order.payment_reference = told.payment_reference;
COMMENT ON VIEW ledger.order_state IS 'Orders with what became of them: open, released by two people, or refused 付款单状态';
COMMENT ON COLUMN ledger.order_state.region_code IS 'Banner that pays 旗县';
COMMENT ON COLUMN ledger.order_state.payment_reference IS 'Order 付款单号';
COMMENT ON COLUMN ledger.order_state.order_no IS 'Number in the banner 序号';
COMMENT ON COLUMN ledger.order_state.proposed_on IS 'Last day of the newest delivered month when it was made 提出日期';
COMMENT ON COLUMN ledger.order_state.line_count IS 'Number of its lines 明细数';
COMMENT ON COLUMN ledger.order_state.amount_fen IS 'Sum of its lines, fen 合计金额（分）';
COMMENT ON COLUMN ledger.order_state.sha256 IS 'Digest that is approved 摘要';
COMMENT ON COLUMN ledger.order_state.approvals IS 'Persons who approved it 同意人数';
COMMENT ON COLUMN ledger.order_state.state IS 'open, released or refused 状态';
COMMENT ON COLUMN ledger.order_state.released_on IS 'Day of the second approval 放行日期';

DO $$
DECLARE
    secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY['payment_order', 'payment_line', 'approval'] LOOP
        EXECUTE format('ALTER TABLE ledger.%I ENABLE ROW LEVEL SECURITY', secured);
        EXECUTE format('CREATE POLICY whole ON ledger.%I TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE)', secured);
        EXECUTE format(
            'CREATE POLICY granted_regions ON ledger.%I FOR SELECT TO steppe_analyst '
            'USING (region_code IN (SELECT region_code FROM ledger.visible_region))', secured
        );
    END LOOP;
END
$$;
GRANT SELECT ON ledger.payment_order, ledger.payment_line, ledger.approval, ledger.order_state
TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT ON ledger.payment_order, ledger.payment_line, ledger.approval TO steppe_loader;
