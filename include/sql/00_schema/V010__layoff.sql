-- Layoffs (C4.3): staging and warehouse of the feed `layoff`. Rerun: once.

CREATE TABLE staging.layoff (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    credit_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    laid_off_on date NOT NULL,
    wages_owed_fen bigint NOT NULL,
    wages_paid_on date,
    compensation_owed_fen bigint NOT NULL,
    compensation_paid_on date,
    insurance_transferred_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.layoff OWNER TO steppe_loader;
COMMENT ON TABLE staging.layoff IS '裁员人员及应付、结清事项 (person laid off, with what is owed and settled): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.layoff.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.layoff.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.layoff.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.layoff.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.layoff.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.layoff.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.layoff.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.layoff.credit_code IS '裁员单位统一社会信用代码 GB 32100 (employer)';
COMMENT ON COLUMN staging.layoff.id_number IS '被裁人员证件号码 (ID number)';
COMMENT ON COLUMN staging.layoff.name IS '被裁人员姓名 (name)';
COMMENT ON COLUMN staging.layoff.region_code IS '单位所在旗县区划代码，6 位 (banner of the employer)';
COMMENT ON COLUMN staging.layoff.laid_off_on IS '裁员日期 YYYYMMDD (laid off on)';
COMMENT ON COLUMN staging.layoff.wages_owed_fen IS '裁员时应付未付工资，文件以元计 (wages owed at the layoff)';
COMMENT ON COLUMN staging.layoff.wages_paid_on IS '工资结清日期，未结清为空 (wages paid on; empty while owed)';
COMMENT ON COLUMN staging.layoff.compensation_owed_fen IS '应付经济补偿，文件以元计 (severance compensation owed)';
COMMENT ON COLUMN staging.layoff.compensation_paid_on IS '经济补偿支付日期，未支付为空 (compensation paid on; empty while owed)';
COMMENT ON COLUMN staging.layoff.insurance_transferred_on IS '社保关系转移日期，未转移为空 (insurance transferred on; empty until then)';

-- Grain: one row per employer, person and day of layoff, and range in which it was known. Published from staging.layoff.
CREATE TABLE warehouse.fct_layoff (
    credit_code text NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    laid_off_on date NOT NULL,
    wages_owed_fen bigint NOT NULL,
    wages_paid_on date,
    compensation_owed_fen bigint NOT NULL,
    compensation_paid_on date,
    insurance_transferred_on date,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (wages_owed_fen >= 0),
    CHECK (compensation_owed_fen >= 0),
    CHECK (least(wages_paid_on, compensation_paid_on, insurance_transferred_on) >= laid_off_on),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_layoff OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_layoff IS 'Layoffs, and what has been settled of each: wages, compensation, transfer of insurance 裁员';
COMMENT ON COLUMN warehouse.fct_layoff.credit_code IS 'Employer code, GB 32100 统一社会信用代码';
COMMENT ON COLUMN warehouse.fct_layoff.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_layoff.region_code IS '单位所在旗县 (banner of the employer) 区划代码';
COMMENT ON COLUMN warehouse.fct_layoff.laid_off_on IS 'Laid off on 裁员日期';
COMMENT ON COLUMN warehouse.fct_layoff.wages_owed_fen IS 'Wages owed at the layoff, fen 应付工资（分）';
COMMENT ON COLUMN warehouse.fct_layoff.wages_paid_on IS 'Wages paid on; NULL while they are owed 工资结清日期';
COMMENT ON COLUMN warehouse.fct_layoff.compensation_owed_fen IS 'Compensation owed, fen 应付经济补偿（分）';
COMMENT ON COLUMN warehouse.fct_layoff.compensation_paid_on IS 'Compensation paid on; NULL while it is owed 补偿支付日期';
COMMENT ON COLUMN warehouse.fct_layoff.insurance_transferred_on IS 'Insurance transferred on; NULL until then 社保转移日期';
COMMENT ON COLUMN warehouse.fct_layoff.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_layoff.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_layoff.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_layoff.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_layoff.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_layoff.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_layoff.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_layoff.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_layoff_known ON warehouse.fct_layoff (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_layoff');
