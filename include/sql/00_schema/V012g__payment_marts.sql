-- What the bank says against what it was sent: the queue of lines that a person must look at, and money that should not have gone. Rerun: once.

-- Grain: one row per bank line, with the order's line of its reference and number, if there is one.
CREATE VIEW ledger.bank_line WITH (security_invoker = TRUE) AS
SELECT
    payment.region_code,
    payment.payment_reference,
    payment.line_code,
    payment.sender_code,
    payment.programme_code,
    payment.fund_code,
    payment.payee_kind,
    coalesce(payment.person_key::text, payment.payee_code) AS payee_code,
    payment.amount_fen,
    payment.status,
    payment.paid_on,
    payment.returned_on,
    payment.return_reason,
    line.claim_key,
    line.amount_fen AS sent_fen,
    CASE
        WHEN
            line.claim_key IS NULL
            AND EXISTS(
                SELECT 1
                FROM ledger.payment_line AS same
                WHERE
                    same.region_code = payment.region_code
                    AND same.payment_reference = payment.payment_reference
                    AND same.payee_kind = payment.payee_kind
                    AND same.payee_code = coalesce(payment.person_key::text, payment.payee_code)
                    AND same.programme_code = payment.programme_code
                    AND same.amount_fen = payment.amount_fen
            )
            THEN 'duplicate'
        WHEN line.claim_key IS NULL THEN 'orphan'
        WHEN coalesce(order_state.state, 'none') <> 'released' THEN 'not_released'
        WHEN line.payee_kind <> payment.payee_kind OR line.payee_code <> coalesce(payment.person_key::text, payment.payee_code)
            THEN 'wrong_payee'
        WHEN line.amount_fen <> payment.amount_fen THEN 'wrong_amount'
        WHEN standing.kind <> 'subsidy_' || payment.status THEN 'contradiction'
    END AS fault
FROM warehouse.fct_payment AS payment
LEFT JOIN ledger.payment_line AS line
    ON
        payment.region_code = line.region_code
        AND payment.payment_reference = line.payment_reference
        AND payment.line_code = line.line_no::text
LEFT JOIN ledger.order_state
    ON line.region_code = order_state.region_code AND line.payment_reference = order_state.payment_reference
LEFT JOIN ledger.standing_transfer AS standing
    ON
        line.region_code = standing.region_code
        AND standing.kind IN ('subsidy_paid', 'subsidy_returned')
        AND standing.business_key = concat_ws(':', standing.kind, line.payment_reference, line.line_no)
WHERE payment.known_to = 'infinity';
COMMENT ON VIEW ledger.bank_line IS 'Bank lines against the orders that they answer 银行回单核对';
COMMENT ON COLUMN ledger.bank_line.region_code IS 'Banner that pays 旗县';
COMMENT ON COLUMN ledger.bank_line.payment_reference IS 'Order that the bank names 付款单号';
COMMENT ON COLUMN ledger.bank_line.line_code IS 'Line that the bank names 明细号';
COMMENT ON COLUMN ledger.bank_line.sender_code IS 'Who reported the line 报送单位';
COMMENT ON COLUMN ledger.bank_line.programme_code IS 'Programme by the bank 政策代码';
COMMENT ON COLUMN ledger.bank_line.fund_code IS 'Fund by the bank 资金代码';
COMMENT ON COLUMN ledger.bank_line.payee_kind IS 'Who was paid 收款人类别';
COMMENT ON COLUMN ledger.bank_line.payee_code IS 'Person token or code 收款人代码';
COMMENT ON COLUMN ledger.bank_line.amount_fen IS 'Amount by the bank, fen 银行金额（分）';
COMMENT ON COLUMN ledger.bank_line.status IS 'paid or returned 状态';
COMMENT ON COLUMN ledger.bank_line.paid_on IS 'Paid on 付款日期';
COMMENT ON COLUMN ledger.bank_line.returned_on IS 'Returned on 退回日期';
COMMENT ON COLUMN ledger.bank_line.return_reason IS 'Why it was returned 退回原因';
COMMENT ON COLUMN ledger.bank_line.claim_key IS 'Claim of the order''s line 申领事项';
COMMENT ON COLUMN ledger.bank_line.sent_fen IS 'Amount of the order''s line, fen 付款单金额（分）';
COMMENT ON COLUMN ledger.bank_line.fault IS 'orphan, duplicate, not_released, wrong_payee, wrong_amount or contradiction; NULL where it agrees 差异';
GRANT SELECT ON ledger.bank_line TO steppe_loader, steppe_analyst, steppe_auditor;

-- Grain: one row per bank line that does not agree with an order.
CREATE VIEW mart.payment_queue WITH (security_invoker = TRUE) AS
SELECT
    line.region_code,
    line.payment_reference,
    line.line_code,
    line.fault,
    line.programme_code,
    line.payee_kind,
    line.payee_code,
    line.status,
    line.amount_fen,
    line.sent_fen,
    line.paid_on,
    line.claim_key
FROM ledger.bank_line AS line
WHERE line.fault IS NOT NULL;
ALTER VIEW mart.payment_queue OWNER TO steppe_loader;
COMMENT ON VIEW mart.payment_queue IS 'Bank lines that agree with no order: orphans and differences, for a person (C7.1) 待核回单';
COMMENT ON COLUMN mart.payment_queue.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.payment_queue.payment_reference IS 'Order that the bank names 付款单号';
COMMENT ON COLUMN mart.payment_queue.line_code IS 'Line that the bank names 明细号';
COMMENT ON COLUMN mart.payment_queue.fault IS 'orphan, duplicate, not_released, wrong_payee, wrong_amount or contradiction 差异';
COMMENT ON COLUMN mart.payment_queue.programme_code IS 'Programme by the bank 政策代码';
COMMENT ON COLUMN mart.payment_queue.payee_kind IS 'Who was paid 收款人类别';
COMMENT ON COLUMN mart.payment_queue.payee_code IS 'Person token or code 收款人代码';
COMMENT ON COLUMN mart.payment_queue.status IS 'paid or returned 状态';
COMMENT ON COLUMN mart.payment_queue.amount_fen IS 'Amount by the bank, fen 银行金额（分）';
COMMENT ON COLUMN mart.payment_queue.sent_fen IS 'Amount that was sent, fen 付款单金额（分）';
COMMENT ON COLUMN mart.payment_queue.paid_on IS 'Paid on 付款日期';
COMMENT ON COLUMN mart.payment_queue.claim_key IS 'Claim of the order''s line 申领事项';

-- Grain: one row per bank line that paid what no order called for, and per claim that was paid and is no longer due.
CREATE VIEW mart.ineligible_payments WITH (security_invoker = TRUE) AS
SELECT
    line.region_code,
    line.fault AS reason,
    line.programme_code,
    line.payee_kind,
    line.payee_code,
    line.payment_reference,
    line.line_code,
    line.claim_key,
    CASE line.fault WHEN 'wrong_amount' THEN greatest(line.amount_fen - line.sent_fen, 0) ELSE line.amount_fen END AS amount_fen,
    ARRAY[]::text [] AS unmet
FROM ledger.bank_line AS line
WHERE line.fault IS NOT NULL AND line.status = 'paid' AND NOT (line.fault = 'wrong_amount' AND line.amount_fen < line.sent_fen)
UNION ALL
SELECT
    money.region_code,
    'no_longer_due' AS reason,
    decision.programme_code,
    decision.payee_kind,
    decision.payee_code,
    NULL AS payment_reference,
    NULL AS line_code,
    money.claim_key,
    money.clawback_fen::bigint AS amount_fen,
    ARRAY(
        SELECT asked.condition ->> 'condition'
        FROM jsonb_array_elements(decision.conditions) AS asked (condition)
        WHERE NOT (asked.condition ->> 'met')::boolean
        ORDER BY 1
    ) AS unmet
FROM ledger.claim_money AS money
INNER JOIN ledger.current_decision AS decision
    ON money.region_code = decision.region_code AND money.claim_key = decision.claim_key
WHERE money.clawback_fen > 0;
ALTER VIEW mart.ineligible_payments OWNER TO steppe_loader;
COMMENT ON VIEW mart.ineligible_payments IS 'Paid without being due: past every order, or no longer due (C7.1) 不应享而享';
COMMENT ON COLUMN mart.ineligible_payments.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.ineligible_payments.reason IS 'Fault of the bank line, or no_longer_due 原因';
COMMENT ON COLUMN mart.ineligible_payments.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN mart.ineligible_payments.payee_kind IS 'Who was paid 收款人类别';
COMMENT ON COLUMN mart.ineligible_payments.payee_code IS 'Person token or code 收款人代码';
COMMENT ON COLUMN mart.ineligible_payments.payment_reference IS 'Order that the bank names 付款单号';
COMMENT ON COLUMN mart.ineligible_payments.line_code IS 'Line that the bank names 明细号';
COMMENT ON COLUMN mart.ineligible_payments.claim_key IS 'Claim, if there is one 申领事项';
COMMENT ON COLUMN mart.ineligible_payments.amount_fen IS 'Paid without being due, fen 不应发放金额（分）';
COMMENT ON COLUMN mart.ineligible_payments.unmet IS 'Conditions that are not met any more 未满足条件';

-- Grain: one row per second payment of one thing: a bank line beside its order, or a claim that another one excludes and that was paid.
CREATE VIEW mart.double_funding WITH (security_invoker = TRUE) AS
SELECT
    line.region_code,
    line.programme_code,
    line.payee_kind,
    line.payee_code,
    'paid twice by the bank' AS reason,
    line.payment_reference || ' ' || line.line_code AS second_payment,
    line.payment_reference AS first_payment,
    line.amount_fen
FROM ledger.bank_line AS line
WHERE line.fault = 'duplicate' AND line.status = 'paid'
UNION ALL
SELECT
    decision.region_code,
    decision.programme_code,
    decision.payee_kind,
    decision.payee_code,
    'excluded by another claim' AS reason,
    decision.claim_key AS second_payment,
    asked.condition ->> 'observed' AS first_payment,
    money.paid_fen::bigint AS amount_fen
FROM ledger.current_decision AS decision
INNER JOIN ledger.claim_money AS money
    ON decision.region_code = money.region_code AND decision.claim_key = money.claim_key
CROSS JOIN LATERAL jsonb_array_elements(decision.conditions) AS asked (condition)
WHERE
    money.paid_fen > 0
    AND asked.condition ->> 'condition' = 'not_excluded'
    AND NOT (asked.condition ->> 'met')::boolean;
ALTER VIEW mart.double_funding OWNER TO steppe_loader;
COMMENT ON VIEW mart.double_funding IS 'One thing funded twice (C7.1) 重复享受';
COMMENT ON COLUMN mart.double_funding.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.double_funding.programme_code IS 'Programme of the second payment 政策代码';
COMMENT ON COLUMN mart.double_funding.payee_kind IS 'Who was paid 收款人类别';
COMMENT ON COLUMN mart.double_funding.payee_code IS 'Person token or code 收款人代码';
COMMENT ON COLUMN mart.double_funding.reason IS 'paid twice by the bank, or excluded by another claim 原因';
COMMENT ON COLUMN mart.double_funding.second_payment IS 'Bank line or claim that should not have been paid 重复支付';
COMMENT ON COLUMN mart.double_funding.first_payment IS 'Order or claim that stands 首次支付';
COMMENT ON COLUMN mart.double_funding.amount_fen IS 'Paid by it, fen 金额（分）';

GRANT SELECT ON mart.payment_queue, mart.ineligible_payments, mart.double_funding TO steppe_analyst, steppe_auditor;
