-- Microloans (C5.4): staging and warehouse of the feed `microloan`. Rerun: once.

CREATE TABLE staging.loan (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    loan_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    month date NOT NULL,
    principal_fen bigint NOT NULL,
    balance_fen bigint NOT NULL,
    overdue_fen bigint NOT NULL,
    annual_rate_bp integer NOT NULL,
    granted_on date NOT NULL,
    due_on date NOT NULL,
    purpose text NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.loan OWNER TO steppe_loader;
COMMENT ON TABLE staging.loan IS '扶贫小额信贷台账 (microloan of a person): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.loan.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.loan.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.loan.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.loan.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.loan.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.loan.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.loan.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.loan.loan_code IS '贷款合同编号 (loan)';
COMMENT ON COLUMN staging.loan.region_code IS '借款人户籍旗县 (home banner of the borrower)';
COMMENT ON COLUMN staging.loan.id_number IS '借款人证件号码 (ID number of the borrower)';
COMMENT ON COLUMN staging.loan.name IS '借款人姓名 (name of the borrower)';
COMMENT ON COLUMN staging.loan.month IS '报告年月 YYYYMM (month)';
COMMENT ON COLUMN staging.loan.principal_fen IS '贷款本金，文件以元计 (principal)';
COMMENT ON COLUMN staging.loan.balance_fen IS '月末贷款余额，文件以元计 (balance at the end of the month)';
COMMENT ON COLUMN staging.loan.overdue_fen IS '月末逾期本金，文件以元计 (principal overdue at the end of the month)';
COMMENT ON COLUMN staging.loan.annual_rate_bp IS '年利率，文件以百分数计，入库以基点 (rate a year; per cent in the file, basis points in storage)';
COMMENT ON COLUMN staging.loan.granted_on IS '贷款发放日期 YYYYMMDD (granted on)';
COMMENT ON COLUMN staging.loan.due_on IS '贷款到期日期 YYYYMMDD (due on)';
COMMENT ON COLUMN staging.loan.purpose IS '贷款用途 (purpose)';

-- Grain: one row per loan and month, and range in which it was known. Published from staging.loan.
CREATE TABLE warehouse.fct_microloan_month (
    loan_code text NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    month date NOT NULL,
    principal_fen bigint NOT NULL,
    balance_fen bigint NOT NULL,
    overdue_fen bigint NOT NULL,
    annual_rate_bp integer NOT NULL,
    granted_on date NOT NULL,
    due_on date NOT NULL,
    purpose text NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (balance_fen BETWEEN 0 AND principal_fen),
    CHECK (overdue_fen BETWEEN 0 AND balance_fen),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_microloan_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_microloan_month IS 'Microloans month by month; a loan is not a subsidy 扶贫小额信贷';
COMMENT ON COLUMN warehouse.fct_microloan_month.loan_code IS 'Loan 贷款编号';
COMMENT ON COLUMN warehouse.fct_microloan_month.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_microloan_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_microloan_month.month IS 'Month 报告年月';
COMMENT ON COLUMN warehouse.fct_microloan_month.principal_fen IS 'Principal, fen 贷款本金（分）';
COMMENT ON COLUMN warehouse.fct_microloan_month.balance_fen IS 'Balance at the end of the month, fen 贷款余额（分）';
COMMENT ON COLUMN warehouse.fct_microloan_month.overdue_fen IS 'Principal overdue at the end of the month, fen 逾期金额（分）';
COMMENT ON COLUMN warehouse.fct_microloan_month.annual_rate_bp IS 'Rate a year, basis points 年利率（基点）';
COMMENT ON COLUMN warehouse.fct_microloan_month.granted_on IS 'Granted on 发放日期';
COMMENT ON COLUMN warehouse.fct_microloan_month.due_on IS 'Due on 到期日期';
COMMENT ON COLUMN warehouse.fct_microloan_month.purpose IS 'Purpose 贷款用途';
COMMENT ON COLUMN warehouse.fct_microloan_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_microloan_month.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_microloan_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_microloan_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_microloan_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_microloan_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_microloan_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_microloan_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_microloan_month_known ON warehouse.fct_microloan_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_microloan_month');
