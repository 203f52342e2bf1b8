-- The chart of accounts with the subsidies' part, and what of it a person must look at (docs/decisions/ledger-subsidies.md). Rerun: once.
--   subsidy_budget → subsidy_available → subsidy_committed → subsidy_payable → subsidy_bank → subsidy_paid → subsidy_clawback
--                                                                    ↑            ↓              (owed back)
--                                                                    └─ subsidy_returned → subsidy_available (recovered)
CREATE OR REPLACE VIEW ledger.account_kind WITH (security_invoker = TRUE) AS
SELECT
    chart_order,
    kind,
    normal_side,
    balance_rule,
    subject,
    label_zh,
    label_en
FROM (
    VALUES
    (1, 'pv_revenue', 'credit', 'any', 'station', '发电收入', 'Earned by the station'),
    (2, 'pv_grid_coal', 'debit', 'not_negative', 'station', '应收电网公司脱硫煤电费', 'Owed by the grid company: coal-benchmark part'),
    (3, 'pv_grid_subsidy', 'debit', 'not_negative', 'station', '应收电网公司补贴', 'Owed by the grid company: state subsidy'),
    (4, 'pv_settlement', 'debit', 'not_negative', 'station', '县级结转账户', 'County settlement account, by station'),
    (5, 'pv_share', 'debit', 'not_negative', 'village', '应拨村集体收益', 'Shared to the village, not yet arrived'),
    (6, 'pv_village', 'debit', 'not_negative', 'village', '村集体账户', 'Village collective account'),
    (7, 'pv_wage_pool', 'debit', 'not_negative', 'village', '公益岗工资池', 'Set aside for wages of welfare posts'),
    (8, 'pv_wages_paid', 'debit', 'not_negative', 'village', '已发公益岗工资', 'Paid to holders of welfare posts'),
    (9, 'pv_public_works', 'debit', 'not_negative', 'village', '小型公益事业', 'Public works'),
    (10, 'pv_land_rent', 'debit', 'not_negative', 'village', '土地租金', 'Land rent'),
    (11, 'pv_operation', 'debit', 'not_negative', 'village', '运维费用', 'Operation and maintenance'),
    (12, 'pv_other', 'debit', 'not_negative', 'village', '奖励补助等其他', 'Other uses'),
    (13, 'pv_opening', 'credit', 'any', 'village', '期初结转', 'Held by the village before the first known month'),
    (14, 'pv_suspense_receipt', 'credit', 'any', 'station', '待查：实收大于应收', 'Suspense: received above accrued'),
    (15, 'pv_suspense_arrival', 'credit', 'any', 'village', '待查：到账大于应拨', 'Suspense: arrived above the shares'),
    (16, 'pv_suspense_carry', 'credit', 'any', 'village', '待查：结转不衔接', 'Suspense: carried in differs from carried over'),
    (17, 'pv_suspense_wages', 'credit', 'any', 'village', '待查：发放大于分配', 'Suspense: paid above what was set aside'),
    (18, 'subsidy_budget', 'credit', 'any', 'fund', '下达预算', 'Budget allotted'),
    (19, 'subsidy_available', 'debit', 'not_negative', 'fund', '可用资金', 'Available in the fund'),
    (20, 'subsidy_committed', 'debit', 'not_negative', 'fund:programme', '已认定', 'Committed to claims that were granted'),
    (21, 'subsidy_payable', 'debit', 'not_negative', 'fund:programme', '应付', 'Payable: in an order that waits for approval'),
    (22, 'subsidy_bank', 'debit', 'not_negative', 'fund:programme', '银行在途', 'Sent to the bank, not answered'),
    (23, 'subsidy_returned', 'debit', 'not_negative', 'fund:programme', '银行退回', 'Returned by the bank'),
    (24, 'subsidy_paid', 'debit', 'not_negative', 'payee', '已发放', 'Paid to the beneficiary'),
    (25, 'subsidy_clawback', 'debit', 'not_negative', 'payee', '应追回', 'Paid and no longer due: to be given back')
) AS chart (chart_order, kind, normal_side, balance_rule, subject, label_zh, label_en);
COMMENT ON COLUMN ledger.account_kind.subject IS 'Whose account it is: station, village, fund, fund:programme or payee 归属对象';
COMMENT ON COLUMN ledger.account.subject_code IS 'Station, village, fund, fund:programme or payee whose account it is 归属对象代码';
COMMENT ON COLUMN ledger.account_balance.subject_code IS 'Station, village, fund, fund:programme or payee 归属对象代码';

-- The posting of subsidies has a mark of its own; rules are an input like a publication.
ALTER TABLE ops.step_mark DROP CONSTRAINT step_mark_step_check;
ALTER TABLE ops.step_mark ADD CONSTRAINT step_mark_step_check
CHECK (step IN ('build_warehouse', 'post_ledgers', 'publish_marts', 'post_subsidies'));
ALTER TABLE ops.step_mark ADD COLUMN rules_sha256 text;
COMMENT ON COLUMN ops.step_mark.rules_sha256 IS 'Digest of the rules that post_subsidies used; NULL for other steps 规则摘要';
INSERT INTO ops.step_mark (step) VALUES ('post_subsidies');

CREATE OR REPLACE VIEW ledger.exception WITH (security_invoker = TRUE) AS
SELECT
    account_balance.region_code,
    account_balance.account_code,
    account_balance.kind,
    account_balance.subject_code,
    account_balance.balance_fen,
    reason.reason_zh,
    reason.reason_en
FROM ledger.account_balance
INNER JOIN (
    VALUES
    (
        'pv_settlement', '电站份额合计不为 100%，已收电费未能分配到村：核对电站份额后重报',
        'the station''s shares do not sum to 100 %, what was received could not be shared: correct the shares'
    ),
    ('pv_suspense_receipt', '实收大于应收：核对电费结算后重报', 'received above accrued: correct the settlement'),
    (
        'pv_suspense_arrival', '村集体到账大于各电站应拨：核对收益分配或补报电费结算',
        'more arrived at the village than its stations shared: correct the allocation or deliver the settlement'
    ),
    (
        'pv_suspense_carry', '上期结转与上一期的结转下期不一致：核对收益分配后重报',
        'carried in differs from what the month before carried over: correct the allocation'
    ),
    (
        'pv_suspense_wages', '公益岗实发大于分配的工资：核对收益分配或公益岗发放后重报',
        'more wages were paid than set aside: correct the allocation or the posts'
    ),
    ('subsidy_returned', '银行退回未重发：核实账户后重新提出付款', 'returned by the bank: correct the account and propose it again'),
    ('subsidy_clawback', '已发放但不再符合条件：追回', 'paid, and no longer due: recover it')
) AS reason (kind, reason_zh, reason_en) ON account_balance.kind = reason.kind
WHERE account_balance.balance_fen <> 0;

-- The way of each kind of transfer of a subsidy. Between accounts that have a fund, the fund stays; between those that have a programme, that too.
CREATE FUNCTION ledger.is_on_path(kind text, debit_account text, credit_account text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE kind
    WHEN 'subsidy_budget'
        THEN debit_account = replace(credit_account, 'subsidy_budget:', 'subsidy_available:')
    WHEN 'subsidy_commit'
        THEN starts_with(debit_account, replace(credit_account, 'subsidy_available:', 'subsidy_committed:') || ':')
    WHEN 'subsidy_payable'
        THEN starts_with(debit_account, 'subsidy_payable:') AND credit_account IN (
            replace(debit_account, 'subsidy_payable:', 'subsidy_committed:'), replace(debit_account, 'subsidy_payable:', 'subsidy_returned:')
        )
    WHEN 'subsidy_release'
        THEN debit_account = replace(credit_account, 'subsidy_payable:', 'subsidy_bank:')
    WHEN 'subsidy_paid'
        THEN starts_with(debit_account, 'subsidy_paid:') AND starts_with(credit_account, 'subsidy_bank:')
    WHEN 'subsidy_returned'
        THEN debit_account = replace(credit_account, 'subsidy_bank:', 'subsidy_returned:')
    WHEN 'subsidy_recovered'
        THEN starts_with(credit_account, replace(debit_account, 'subsidy_available:', 'subsidy_returned:') || ':')
    WHEN 'subsidy_clawback'
        THEN debit_account = replace(credit_account, 'subsidy_paid:', 'subsidy_clawback:')
    ELSE FALSE
END;
COMMENT ON FUNCTION ledger.is_on_path(text, text, text) IS 'Whether a subsidy''s transfer goes the way of its kind, within its fund and programme 资金路径是否合规';

CREATE FUNCTION ops.fund_may_pay(fund text, programme text, place text, day date) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((
    SELECT fund_rule.is_allowed
    FROM ops.fund_rule
    INNER JOIN ops.region AS placed ON placed.region_code = place
    LEFT JOIN ops.region AS above ON placed.parent_code = above.region_code
    WHERE
        fund_rule.fund_code = fund AND fund_rule.programme_code = programme
        AND day BETWEEN fund_rule.valid_from AND fund_rule.valid_through
        AND fund_rule.region_code IN (placed.region_code, above.region_code, above.parent_code)
    ORDER BY fund_rule.region_code = placed.region_code DESC, fund_rule.region_code = above.region_code DESC
    LIMIT 1
), FALSE);
COMMENT ON FUNCTION ops.fund_may_pay(text, text, text, date) IS 'Whether a fund may pay a programme in a banner on a day; the nearest region''s row decides 资金能否列支';
