-- What people read of the subsidies: decisions, what is owed and not paid, funds, programmes by month. Rerun: once.
-- Views over the ledger: they say what stands, secured by row like the tables below them.

-- Grain: one row per banner and claim.
CREATE VIEW mart.subsidy_decisions WITH (security_invoker = TRUE) AS
SELECT
    decision.region_code,
    decision.programme_code,
    decision.claim_key,
    decision.event_date,
    decision.payee_kind,
    decision.payee_code,
    decision.person_key,
    decision.outcome,
    decision.settlement,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    ARRAY(
        SELECT asked.condition ->> 'condition'
        FROM jsonb_array_elements(decision.conditions) WITH ORDINALITY AS asked (condition, place)
        WHERE NOT (asked.condition ->> 'met')::boolean
        ORDER BY asked.place
    ) AS unmet,
    decision.conditions,
    decision.decided_at
FROM ledger.current_decision AS decision;
ALTER VIEW mart.subsidy_decisions OWNER TO steppe_loader;
COMMENT ON VIEW mart.subsidy_decisions IS 'Every claim: why paid, why not (C3.4 to C5.4) 补贴认定';
COMMENT ON COLUMN mart.subsidy_decisions.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.subsidy_decisions.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN mart.subsidy_decisions.claim_key IS 'What the claim is for 申领事项';
COMMENT ON COLUMN mart.subsidy_decisions.event_date IS 'Day of the fact 业务日期';
COMMENT ON COLUMN mart.subsidy_decisions.payee_kind IS 'Who would be paid 享受对象类别';
COMMENT ON COLUMN mart.subsidy_decisions.payee_code IS 'Person token or code 享受对象代码';
COMMENT ON COLUMN mart.subsidy_decisions.person_key IS 'Person for whom it is claimed 人员标识';
COMMENT ON COLUMN mart.subsidy_decisions.outcome IS 'eligible, refused or withdrawn 认定结果';
COMMENT ON COLUMN mart.subsidy_decisions.settlement IS 'payment, village or referral 兑现方式';
COMMENT ON COLUMN mart.subsidy_decisions.amount_fen IS 'Amount granted, fen 核定金额（分）';
COMMENT ON COLUMN mart.subsidy_decisions.fund_code IS 'Fund that pays 资金代码';
COMMENT ON COLUMN mart.subsidy_decisions.rule_version IS 'Row of ops.programme that decided 规则版本';
COMMENT ON COLUMN mart.subsidy_decisions.unmet IS 'Conditions that are not met, in order 未满足条件';
COMMENT ON COLUMN mart.subsidy_decisions.conditions IS 'Each condition: observed, required, met, evidence 条件及依据';
COMMENT ON COLUMN mart.subsidy_decisions.decided_at IS 'When it was decided 认定时间';

-- What the lines of a claim's orders came to. Grain: one row per banner and claim with a line that stands.
CREATE VIEW ledger.claim_money WITH (security_invoker = TRUE) AS
WITH
moved AS (
    SELECT
        transfer.region_code,
        split_part(transfer.business_key, ':', 2) AS payment_reference,
        split_part(transfer.business_key, ':', 3) AS line_no,
        sum(transfer.amount_fen) FILTER (WHERE transfer.kind = 'subsidy_release') AS sent_fen,
        sum(transfer.amount_fen) FILTER (WHERE transfer.kind = 'subsidy_paid') AS paid_fen,
        sum(transfer.amount_fen) FILTER (WHERE transfer.kind = 'subsidy_returned') AS returned_fen,
        sum(transfer.amount_fen) FILTER (WHERE transfer.kind = 'subsidy_clawback') AS clawback_fen,
        max(transfer.event_date) FILTER (WHERE transfer.kind = 'subsidy_returned') AS returned_on,
        sum(transfer.amount_fen) FILTER (WHERE transfer.kind = 'subsidy_payable') AS lined_fen
    FROM ledger.standing_transfer AS transfer
    WHERE
        transfer.kind IN (
            'subsidy_payable', 'subsidy_release', 'subsidy_paid', 'subsidy_returned', 'subsidy_clawback'
        )
    GROUP BY transfer.region_code, split_part(transfer.business_key, ':', 2), split_part(transfer.business_key, ':', 3)
)

SELECT
    line.region_code,
    line.claim_key,
    coalesce(sum(moved.lined_fen) FILTER (WHERE line.reissues_reference IS NULL), 0) AS lined_fen,
    coalesce(sum(moved.sent_fen), 0) AS sent_fen,
    coalesce(sum(moved.paid_fen), 0) AS paid_fen,
    coalesce(sum(moved.returned_fen), 0) AS returned_fen,
    coalesce(sum(moved.clawback_fen), 0) AS clawback_fen,
    max(moved.returned_on) AS returned_on
FROM ledger.payment_line AS line
INNER JOIN moved
    ON
        line.region_code = moved.region_code
        AND line.payment_reference = moved.payment_reference
        AND line.line_no::text = moved.line_no
GROUP BY line.region_code, line.claim_key;
COMMENT ON VIEW ledger.claim_money IS 'What was lined up, sent, paid and returned of each claim 申领事项资金';
COMMENT ON COLUMN ledger.claim_money.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.claim_money.claim_key IS 'Claim 申领事项';
COMMENT ON COLUMN ledger.claim_money.lined_fen IS 'In orders, what is sent again not counted twice, fen 已列付款单（分）';
COMMENT ON COLUMN ledger.claim_money.sent_fen IS 'Sent to the bank, what was sent again included, fen 已送银行（分）';
COMMENT ON COLUMN ledger.claim_money.paid_fen IS 'Paid, fen 已发放（分）';
COMMENT ON COLUMN ledger.claim_money.returned_fen IS 'Returned by the bank, fen 银行退回（分）';
COMMENT ON COLUMN ledger.claim_money.clawback_fen IS 'Paid and no longer due, fen 应追回（分）';
COMMENT ON COLUMN ledger.claim_money.returned_on IS 'Last return 最近退回日期';
GRANT SELECT ON ledger.claim_money TO steppe_loader, steppe_analyst, steppe_auditor;

-- Grain: one row per banner and claim that is granted and not fully paid.
CREATE VIEW mart.unpaid_entitlements WITH (security_invoker = TRUE) AS
SELECT
    decision.region_code,
    decision.programme_code,
    decision.claim_key,
    decision.event_date,
    decision.payee_kind,
    decision.payee_code,
    decision.fund_code,
    decision.amount_fen AS due_fen,
    coalesce(money.paid_fen - money.clawback_fen, 0) AS paid_fen,
    decision.amount_fen - coalesce(money.paid_fen - money.clawback_fen, 0) AS unpaid_fen,
    CASE
        WHEN coalesce(committed.amount_fen, 0) < decision.amount_fen THEN 'awaiting_funds'
        WHEN coalesce(money.lined_fen, 0) < decision.amount_fen THEN 'committed'
        WHEN money.sent_fen < money.lined_fen THEN 'awaiting_approval'
        WHEN money.sent_fen > money.paid_fen + money.returned_fen THEN 'at_bank'
        ELSE 'returned'
    END AS state,
    money.returned_on
FROM ledger.current_decision AS decision
LEFT JOIN ledger.claim_money AS money
    ON decision.region_code = money.region_code AND decision.claim_key = money.claim_key
LEFT JOIN ledger.standing_transfer AS committed
    ON
        decision.region_code = committed.region_code
        AND committed.kind = 'subsidy_commit'
        AND committed.business_key = concat_ws(':', 'subsidy_commit', decision.fund_code, decision.claim_key)
WHERE
    decision.settlement = 'payment'
    AND decision.outcome = 'eligible'
    AND decision.amount_fen > coalesce(money.paid_fen - money.clawback_fen, 0);
ALTER VIEW mart.unpaid_entitlements OWNER TO steppe_loader;
COMMENT ON VIEW mart.unpaid_entitlements IS 'Granted and not fully paid, with where the money stands (C7.1) 应享未享';
COMMENT ON COLUMN mart.unpaid_entitlements.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.unpaid_entitlements.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN mart.unpaid_entitlements.claim_key IS 'What the claim is for 申领事项';
COMMENT ON COLUMN mart.unpaid_entitlements.event_date IS 'Day of the fact 业务日期';
COMMENT ON COLUMN mart.unpaid_entitlements.payee_kind IS 'Who is to be paid 享受对象类别';
COMMENT ON COLUMN mart.unpaid_entitlements.payee_code IS 'Person token or code 享受对象代码';
COMMENT ON COLUMN mart.unpaid_entitlements.fund_code IS 'Fund that pays 资金代码';
COMMENT ON COLUMN mart.unpaid_entitlements.due_fen IS 'Granted, fen 核定金额（分）';
COMMENT ON COLUMN mart.unpaid_entitlements.paid_fen IS 'Paid of it, fen 已发放（分）';
COMMENT ON COLUMN mart.unpaid_entitlements.unpaid_fen IS 'Not paid yet, fen 未发放（分）';
COMMENT ON COLUMN mart.unpaid_entitlements.state IS 'awaiting_funds, committed, awaiting_approval, at_bank or returned 资金状态';
COMMENT ON COLUMN mart.unpaid_entitlements.returned_on IS 'Last return by the bank: since then it waits 最近退回日期';

-- Grain: one row per banner and fund with a budget.
CREATE VIEW mart.fund_balance WITH (security_invoker = TRUE) AS
SELECT
    balance.region_code,
    split_part(balance.subject_code, ':', 1) AS fund_code,
    sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_budget') AS budget_fen,
    coalesce(sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_available'), 0) AS available_fen,
    coalesce(sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_committed'), 0) AS committed_fen,
    coalesce(sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_payable'), 0) AS payable_fen,
    coalesce(sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_bank'), 0) AS bank_fen,
    coalesce(sum(balance.balance_fen) FILTER (WHERE balance.kind = 'subsidy_returned'), 0) AS returned_fen,
    sum(CASE balance.kind WHEN 'subsidy_budget' THEN balance.balance_fen ELSE -balance.balance_fen END) AS paid_fen
FROM ledger.account_balance AS balance
WHERE
    balance.kind IN (
        'subsidy_budget', 'subsidy_available', 'subsidy_committed', 'subsidy_payable', 'subsidy_bank', 'subsidy_returned'
    )
GROUP BY balance.region_code, split_part(balance.subject_code, ':', 1);
ALTER VIEW mart.fund_balance OWNER TO steppe_loader;
COMMENT ON VIEW mart.fund_balance IS 'Budget, committed, paid and balance of each fund, by banner (C7.1) 资金余额';
COMMENT ON COLUMN mart.fund_balance.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.fund_balance.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN mart.fund_balance.budget_fen IS 'Budget allotted, fen 预算（分）';
COMMENT ON COLUMN mart.fund_balance.available_fen IS 'Not committed, fen 可用（分）';
COMMENT ON COLUMN mart.fund_balance.committed_fen IS 'Committed to claims, in no order yet, fen 已认定（分）';
COMMENT ON COLUMN mart.fund_balance.payable_fen IS 'In orders that wait for approval, fen 应付（分）';
COMMENT ON COLUMN mart.fund_balance.bank_fen IS 'Sent to the bank, not answered, fen 银行在途（分）';
COMMENT ON COLUMN mart.fund_balance.returned_fen IS 'Returned by the bank, fen 银行退回（分）';
COMMENT ON COLUMN mart.fund_balance.paid_fen IS 'Paid, what is to be given back included, fen 已发放（分）';

-- Grain: one row per banner, programme and month of the facts.
CREATE VIEW mart.programme_month WITH (security_invoker = TRUE) AS
SELECT
    decision.region_code,
    decision.programme_code,
    date_trunc('month', decision.event_date)::date AS month,
    count(*) FILTER (WHERE decision.outcome <> 'withdrawn') AS claims,
    count(*) FILTER (WHERE decision.outcome = 'eligible') AS eligible_claims,
    count(*) FILTER (WHERE decision.outcome = 'refused') AS refused_claims,
    count(DISTINCT decision.person_key) FILTER (WHERE decision.outcome = 'eligible') AS persons,
    sum(decision.amount_fen) AS granted_fen,
    coalesce(sum(money.paid_fen), 0) AS paid_fen,
    coalesce(sum(money.clawback_fen), 0) AS clawback_fen
FROM ledger.current_decision AS decision
LEFT JOIN ledger.claim_money AS money
    ON decision.region_code = money.region_code AND decision.claim_key = money.claim_key
GROUP BY decision.region_code, decision.programme_code, date_trunc('month', decision.event_date);
ALTER VIEW mart.programme_month OWNER TO steppe_loader;
COMMENT ON VIEW mart.programme_month IS 'Claims, granted and paid by programme, banner and month (C3.4 to C5.4) 补贴月度汇总';
COMMENT ON COLUMN mart.programme_month.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.programme_month.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN mart.programme_month.month IS 'Month of the facts 月份';
COMMENT ON COLUMN mart.programme_month.claims IS 'Claims decided 申领数';
COMMENT ON COLUMN mart.programme_month.eligible_claims IS 'Granted 符合条件数';
COMMENT ON COLUMN mart.programme_month.refused_claims IS 'Refused 不符合条件数';
COMMENT ON COLUMN mart.programme_month.persons IS 'Distinct persons for whom was granted 惠及人数';
COMMENT ON COLUMN mart.programme_month.granted_fen IS 'Granted, fen 核定金额（分）';
COMMENT ON COLUMN mart.programme_month.paid_fen IS 'Paid, fen 已发放（分）';
COMMENT ON COLUMN mart.programme_month.clawback_fen IS 'Paid and no longer due, fen 应追回（分）';

GRANT SELECT ON mart.subsidy_decisions, mart.unpaid_entitlements, mart.fund_balance, mart.programme_month
TO steppe_analyst, steppe_auditor;
