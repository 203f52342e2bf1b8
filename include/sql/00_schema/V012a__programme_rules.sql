-- Rules of entitlement as data: what a programme gives, which fund may pay it, what excludes what, what a banner has to spend.
-- The rows are the files include/parameters/{programmes,funds,budgets,fund_rules,exclusions}.csv, replaced as a whole when they are loaded:
-- a rule_version ends with the digest of its row, so that a version named by a decision never means another row. Rerun: once.

-- Equality beside a range of days in one exclusion constraint.
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;

CREATE TABLE ops.fund (
    fund_code text PRIMARY KEY,
    family text NOT NULL CHECK (family IN ('employment', 'poverty', 'local_aid', 'village')),
    label_zh text NOT NULL,
    label_en text NOT NULL,
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed'))
);
COMMENT ON TABLE ops.fund IS 'Funds and their families (C7.1) from include/parameters/funds.csv 资金';
COMMENT ON COLUMN ops.fund.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN ops.fund.family IS 'employment 就业补助资金, poverty 扶贫资金, local_aid 地方援助资金, village 村集体收入 资金类别';
COMMENT ON COLUMN ops.fund.label_zh IS 'Name 名称';
COMMENT ON COLUMN ops.fund.label_en IS 'Name in English 名称（英文）';
COMMENT ON COLUMN ops.fund.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.fund.source IS 'Where it is laid down 出处';
COMMENT ON COLUMN ops.fund.status IS 'confirmed or unconfirmed 状态';

CREATE TABLE ops.fund_budget (
    fund_code text NOT NULL REFERENCES ops.fund,
    region_code text NOT NULL REFERENCES ops.region,
    year integer NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    budget_fen bigint NOT NULL CHECK (budget_fen >= 0),
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (fund_code, region_code, year)
);
COMMENT ON TABLE ops.fund_budget IS 'What each banner of a region has of a fund in a year, from include/parameters/budgets.csv; the nearest region wins 资金预算';
COMMENT ON COLUMN ops.fund_budget.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN ops.fund_budget.region_code IS 'Banner, or the league or region whose banners each have it 适用区划';
COMMENT ON COLUMN ops.fund_budget.year IS 'Year 年度';
COMMENT ON COLUMN ops.fund_budget.budget_fen IS 'Budget of one banner, fen 旗县预算（分）';
COMMENT ON COLUMN ops.fund_budget.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.fund_budget.source IS 'Document that allots it 下达文号';
COMMENT ON COLUMN ops.fund_budget.status IS 'confirmed or unconfirmed 状态';

CREATE TABLE ops.programme (
    programme_code text NOT NULL,
    region_code text NOT NULL REFERENCES ops.region,
    valid_from date NOT NULL,
    valid_through date NOT NULL,
    label_zh text NOT NULL,
    label_en text NOT NULL,
    settlement text NOT NULL CHECK (settlement IN ('payment', 'village', 'referral')),
    unit text NOT NULL CHECK (unit IN ('case', 'person', 'month', 'day')),
    amount_fen bigint CHECK (amount_fen > 0),
    rate_percent numeric CHECK (rate_percent > 0 AND rate_percent <= 100),
    window_from date NOT NULL,
    window_through date NOT NULL,
    minimum integer CHECK (minimum > 0),
    minimum_unit text,
    evidence_tier smallint CHECK (evidence_tier BETWEEN 1 AND 4),
    cap_units integer CHECK (cap_units > 0),
    cap_fen bigint CHECK (cap_fen > 0),
    cap_scope text CHECK (cap_scope IN ('person', 'payee', 'payee_person')),
    cap_period text CHECK (cap_period IN ('day', 'month', 'year', 'ever')),
    clause text NOT NULL,
    legal_basis text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    rule_version text NOT NULL UNIQUE,
    PRIMARY KEY (programme_code, region_code, valid_from),
    CONSTRAINT programme_overlap EXCLUDE USING gist (
        programme_code WITH =, region_code WITH =, daterange(valid_from, valid_through, '[]') WITH &&
    ),
    CHECK (valid_from <= valid_through),
    CHECK (window_from <= window_through),
    CHECK ((minimum IS NULL) = (minimum_unit IS NULL)),
    CHECK ((settlement = 'referral') = (amount_fen IS NULL AND rate_percent IS NULL)),
    CHECK ((cap_units IS NULL AND cap_fen IS NULL) = (cap_scope IS NULL) AND (cap_scope IS NULL) = (cap_period IS NULL))
);
COMMENT ON TABLE ops.programme IS 'What each programme gives, to whom and when, from include/parameters/programmes.csv; the nearest region wins 补贴政策';
COMMENT ON COLUMN ops.programme.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN ops.programme.region_code IS 'Where it holds; a banner overrides its league and region 适用区划';
COMMENT ON COLUMN ops.programme.valid_from IS 'First day on which the row holds 生效日期';
COMMENT ON COLUMN ops.programme.valid_through IS 'Last day on which it holds; infinity while it is open 失效日期';
COMMENT ON COLUMN ops.programme.label_zh IS 'Name 政策名称';
COMMENT ON COLUMN ops.programme.label_en IS 'Name in English 政策名称（英文）';
COMMENT ON COLUMN ops.programme.settlement IS 'payment: paid from a fund; village: paid by the village out of its PV revenue; referral: passed on, not paid by us 兑现方式';
COMMENT ON COLUMN ops.programme.unit IS 'What the amount is for: case, person, month or day 计量单位';
COMMENT ON COLUMN ops.programme.amount_fen IS 'Amount per unit, fen; with a rate, the most per unit 标准（分）';
COMMENT ON COLUMN ops.programme.rate_percent IS 'Share of the claim''s base; NULL where the amount alone decides 比例';
COMMENT ON COLUMN ops.programme.window_from IS 'First day on which an event may fall 政策期起';
COMMENT ON COLUMN ops.programme.window_through IS 'Last day on which an event may fall 政策期止';
COMMENT ON COLUMN ops.programme.minimum IS 'Least that is asked for, in minimum_unit 最低要求';
COMMENT ON COLUMN ops.programme.minimum_unit IS 'What the minimum counts 最低要求单位';
COMMENT ON COLUMN ops.programme.evidence_tier IS 'Weakest evidence of employment that is taken, 1 to 4 (C7.2) 证据等级下限';
COMMENT ON COLUMN ops.programme.cap_units IS 'Most units per scope and period 数量上限';
COMMENT ON COLUMN ops.programme.cap_fen IS 'Most money per scope and period, fen 金额上限（分）';
COMMENT ON COLUMN ops.programme.cap_scope IS 'Whom the caps bound: person, payee, or payee and person 上限范围';
COMMENT ON COLUMN ops.programme.cap_period IS 'Over what: day, month, year or ever 上限期间';
COMMENT ON COLUMN ops.programme.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.programme.legal_basis IS 'Document and article 政策依据';
COMMENT ON COLUMN ops.programme.source IS 'Where the values come from 出处';
COMMENT ON COLUMN ops.programme.status IS 'confirmed or unconfirmed 状态';
COMMENT ON COLUMN ops.programme.rule_version IS 'programme/region/valid_from/digest of the row 规则版本';

CREATE TABLE ops.fund_rule (
    programme_code text NOT NULL,
    fund_code text NOT NULL REFERENCES ops.fund,
    region_code text NOT NULL REFERENCES ops.region,
    valid_from date NOT NULL,
    valid_through date NOT NULL,
    is_allowed boolean NOT NULL,
    priority integer NOT NULL CHECK (priority > 0),
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (programme_code, fund_code, region_code, valid_from),
    CONSTRAINT fund_rule_overlap EXCLUDE USING gist (
        programme_code WITH =, fund_code WITH =, region_code WITH =, daterange(valid_from, valid_through, '[]') WITH &&
    ),
    CHECK (valid_from <= valid_through)
);
COMMENT ON TABLE ops.fund_rule IS 'Which fund may pay which programme (C7.1), from include/parameters/fund_rules.csv; the nearest region wins 资金使用范围';
COMMENT ON COLUMN ops.fund_rule.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN ops.fund_rule.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN ops.fund_rule.region_code IS 'Where it holds 适用区划';
COMMENT ON COLUMN ops.fund_rule.valid_from IS 'First day on which the row holds 生效日期';
COMMENT ON COLUMN ops.fund_rule.valid_through IS 'Last day on which it holds; infinity while it is open 失效日期';
COMMENT ON COLUMN ops.fund_rule.is_allowed IS 'Whether the fund may pay the programme 是否允许';
COMMENT ON COLUMN ops.fund_rule.priority IS 'Of the funds that may, the lowest pays 优先顺序';
COMMENT ON COLUMN ops.fund_rule.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.fund_rule.source IS 'Where it is laid down 出处';
COMMENT ON COLUMN ops.fund_rule.status IS 'confirmed or unconfirmed 状态';

CREATE TABLE ops.exclusion (
    programme_code text NOT NULL,
    excluded_by text NOT NULL,
    region_code text NOT NULL REFERENCES ops.region,
    valid_from date NOT NULL,
    valid_through date NOT NULL,
    is_excluded boolean NOT NULL,
    scope text NOT NULL CHECK (scope IN ('person', 'payee', 'payee_person')),
    period text NOT NULL CHECK (period IN ('day', 'month', 'year', 'ever')),
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (programme_code, excluded_by, region_code, valid_from),
    CONSTRAINT exclusion_overlap EXCLUDE USING gist (
        programme_code WITH =, excluded_by WITH =, region_code WITH =, daterange(valid_from, valid_through, '[]') WITH &&
    ),
    CHECK (valid_from <= valid_through)
);
COMMENT ON TABLE ops.exclusion IS 'Which programme gives way to which, from include/parameters/exclusions.csv; the nearest region wins 不得重复享受';
COMMENT ON COLUMN ops.exclusion.programme_code IS 'Programme that gives way 让位政策';
COMMENT ON COLUMN ops.exclusion.excluded_by IS 'Programme that stands; the same one where the earlier claim stands 优先政策';
COMMENT ON COLUMN ops.exclusion.region_code IS 'Where it holds 适用区划';
COMMENT ON COLUMN ops.exclusion.valid_from IS 'First day on which the row holds 生效日期';
COMMENT ON COLUMN ops.exclusion.valid_through IS 'Last day on which it holds; infinity while it is open 失效日期';
COMMENT ON COLUMN ops.exclusion.is_excluded IS 'Whether it gives way; false lifts the rule of a wider region 是否排斥';
COMMENT ON COLUMN ops.exclusion.scope IS 'For the same person, payee, or payee and person 范围';
COMMENT ON COLUMN ops.exclusion.period IS 'On the same day, in the same month or year, or ever 期间';
COMMENT ON COLUMN ops.exclusion.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.exclusion.source IS 'Where it is laid down 出处';
COMMENT ON COLUMN ops.exclusion.status IS 'confirmed or unconfirmed 状态';

GRANT SELECT ON ops.fund, ops.fund_budget, ops.programme, ops.fund_rule, ops.exclusion TO steppe_loader, steppe_analyst, steppe_auditor;
