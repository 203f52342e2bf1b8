-- What is owed, each fund's balance and each programme's month, for people: tables, since a region asks of millions of claims at a glance.
-- What they hold is said by the views of the same names in the ledger, which follow each transfer at once; publish_marts brings over the
-- banners whose ledger or decisions moved. Rerun: once.
ALTER VIEW mart.unpaid_entitlements SET SCHEMA ledger;
ALTER VIEW mart.fund_balance SET SCHEMA ledger;
ALTER VIEW mart.programme_month SET SCHEMA ledger;

-- Decisions come in the order of their time.
CREATE INDEX decision_by_time ON ledger.decision USING brin (decided_at) WITH (autosummarize = on);

CREATE TABLE mart.unpaid_entitlements (
    region_code text NOT NULL,
    programme_code text NOT NULL,
    claim_key text COLLATE "C" NOT NULL,
    event_date date NOT NULL,
    payee_kind text NOT NULL,
    payee_code text NOT NULL,
    fund_code text NOT NULL,
    due_fen numeric NOT NULL,
    paid_fen numeric NOT NULL,
    unpaid_fen numeric NOT NULL,
    state text NOT NULL,
    returned_on date,
    PRIMARY KEY (region_code, claim_key)
);
ALTER TABLE mart.unpaid_entitlements OWNER TO steppe_loader;
COMMENT ON TABLE mart.unpaid_entitlements IS 'Granted and not fully paid, with where the money stands (C7.1) 应享未享';
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
CALL ops.secure_by_region('mart.unpaid_entitlements');

CREATE TABLE mart.fund_balance (
    region_code text NOT NULL,
    fund_code text NOT NULL,
    budget_fen numeric,
    available_fen numeric NOT NULL,
    committed_fen numeric NOT NULL,
    payable_fen numeric NOT NULL,
    bank_fen numeric NOT NULL,
    returned_fen numeric NOT NULL,
    paid_fen numeric,
    PRIMARY KEY (region_code, fund_code)
);
ALTER TABLE mart.fund_balance OWNER TO steppe_loader;
COMMENT ON TABLE mart.fund_balance IS 'Budget, committed, paid and balance of each fund, by banner (C7.1) 资金余额';
COMMENT ON COLUMN mart.fund_balance.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.fund_balance.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN mart.fund_balance.budget_fen IS 'Budget allotted, fen 预算（分）';
COMMENT ON COLUMN mart.fund_balance.available_fen IS 'Not committed, fen 可用（分）';
COMMENT ON COLUMN mart.fund_balance.committed_fen IS 'Committed to claims, in no order yet, fen 已认定（分）';
COMMENT ON COLUMN mart.fund_balance.payable_fen IS 'In orders that wait for approval, fen 应付（分）';
COMMENT ON COLUMN mart.fund_balance.bank_fen IS 'Sent to the bank, not answered, fen 银行在途（分）';
COMMENT ON COLUMN mart.fund_balance.returned_fen IS 'Returned by the bank, fen 银行退回（分）';
COMMENT ON COLUMN mart.fund_balance.paid_fen IS 'Paid, what is to be given back included, fen 已发放（分）';
CALL ops.secure_by_region('mart.fund_balance');

CREATE TABLE mart.programme_month (
    region_code text NOT NULL,
    programme_code text NOT NULL,
    month date NOT NULL,
    claims bigint NOT NULL,
    eligible_claims bigint NOT NULL,
    refused_claims bigint NOT NULL,
    persons bigint NOT NULL,
    granted_fen numeric NOT NULL,
    paid_fen numeric NOT NULL,
    clawback_fen numeric NOT NULL,
    PRIMARY KEY (region_code, programme_code, month)
);
ALTER TABLE mart.programme_month OWNER TO steppe_loader;
COMMENT ON TABLE mart.programme_month IS 'Claims, granted and paid by programme, banner and month (C3.4 to C5.4) 补贴月度汇总';
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
CALL ops.secure_by_region('mart.programme_month');

-- Grain: one row per banner whose money the marts have.
CREATE TABLE mart.money_mark (
    region_code text PRIMARY KEY,
    batch_no integer NOT NULL,
    decided_at timestamptz NOT NULL
);
ALTER TABLE mart.money_mark OWNER TO steppe_loader;
COMMENT ON TABLE mart.money_mark IS 'How far the marts of money follow the ledger of each banner 资金集市进度';
COMMENT ON COLUMN mart.money_mark.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.money_mark.batch_no IS 'Last batch that they know; 0 for none 批次';
COMMENT ON COLUMN mart.money_mark.decided_at IS 'Time of the last decision that they know 认定时间';
CALL ops.secure_by_region('mart.money_mark');
GRANT SELECT ON mart.unpaid_entitlements, mart.fund_balance, mart.programme_month, mart.money_mark TO steppe_analyst, steppe_auditor;
