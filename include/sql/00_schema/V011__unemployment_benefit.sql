-- Unemployment benefit (C4.4): staging and warehouse of the feed `unemployment_benefit`. Rerun: once.

CREATE TABLE staging.benefit (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    benefit_kind text NOT NULL,
    amount_fen bigint NOT NULL,
    entitled_from_on date NOT NULL,
    entitled_to_on date NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.benefit OWNER TO steppe_loader;
COMMENT ON TABLE staging.benefit IS '失业保险待遇发放 (unemployment benefit of a person): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.benefit.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.benefit.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.benefit.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.benefit.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.benefit.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.benefit.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.benefit.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.benefit.id_number IS '领取人证件号码 (ID number of the recipient)';
COMMENT ON COLUMN staging.benefit.name IS '领取人姓名 (name of the recipient)';
COMMENT ON COLUMN staging.benefit.region_code IS '参保地旗县 (banner of insurance)';
COMMENT ON COLUMN staging.benefit.month IS '待遇所属年月 YYYYMM (month)';
COMMENT ON COLUMN staging.benefit.benefit_kind IS '待遇类别 (kind of benefit)';
COMMENT ON COLUMN staging.benefit.amount_fen IS '发放金额，文件以元计 (amount)';
COMMENT ON COLUMN staging.benefit.entitled_from_on IS '领取开始日期 YYYYMMDD (entitled from)';
COMMENT ON COLUMN staging.benefit.entitled_to_on IS '领取截止日期 YYYYMMDD (entitled to)';

-- Grain: one row per person and month, and range in which it was known. Published from staging.benefit.
CREATE TABLE warehouse.fct_unemployment_benefit_month (
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    benefit_kind text NOT NULL,
    amount_fen bigint NOT NULL,
    entitled_from_on date NOT NULL,
    entitled_to_on date NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (amount_fen > 0),
    CHECK (entitled_from_on <= entitled_to_on),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_unemployment_benefit_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_unemployment_benefit_month IS 'Unemployment benefit month by month 失业保险待遇';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.region_code IS '参保地旗县 (banner of insurance) 区划代码';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.month IS 'Month 待遇年月';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.benefit_kind IS 'insurance or subsidy 待遇类别';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.amount_fen IS 'Amount, fen 发放金额（分）';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.entitled_from_on IS 'Entitled from 领取开始';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.entitled_to_on IS 'Entitled to, that day included 领取截止';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_unemployment_benefit_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_unemployment_benefit_month_known ON warehouse.fct_unemployment_benefit_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_unemployment_benefit_month');
