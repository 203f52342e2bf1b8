-- Assistance (C4.4) and deaths (C7.3): staging and warehouse of the feed `civil_affairs`. Rerun: once.

CREATE TABLE staging.assistance (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    case_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    assistance_kind text NOT NULL,
    referred_on date NOT NULL,
    decided_on date,
    decision text NOT NULL,
    monthly_amount_fen bigint NOT NULL,
    ends_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.assistance OWNER TO steppe_loader;
COMMENT ON TABLE staging.assistance IS '低保、临时救助转介与审批 (referral to assistance and its decision): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.assistance.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.assistance.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.assistance.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.assistance.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.assistance.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.assistance.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.assistance.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.assistance.case_code IS '救助申请编号 (case)';
COMMENT ON COLUMN staging.assistance.region_code IS '户籍旗县 (home banner)';
COMMENT ON COLUMN staging.assistance.id_number IS '申请人证件号码 (ID number of the applicant)';
COMMENT ON COLUMN staging.assistance.name IS '申请人姓名 (name of the applicant)';
COMMENT ON COLUMN staging.assistance.assistance_kind IS '救助类别 (kind of assistance)';
COMMENT ON COLUMN staging.assistance.referred_on IS '转介日期 YYYYMMDD (referred on)';
COMMENT ON COLUMN staging.assistance.decided_on IS '审批日期，待审批为空 (decided on; empty while pending)';
COMMENT ON COLUMN staging.assistance.decision IS '审批结果 (decision)';
COMMENT ON COLUMN staging.assistance.monthly_amount_fen IS '月救助金额，临时救助为一次性金额，未批准为 0，文件以元计 (amount a month; once if temporary)';
COMMENT ON COLUMN staging.assistance.ends_on IS '救助终止日期，长期为空 (ends on; empty if open)';

-- Grain: one row per case, and range in which it was known. Published from staging.assistance.
CREATE TABLE warehouse.fct_assistance (
    case_code text NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    assistance_kind text NOT NULL,
    referred_on date NOT NULL,
    decided_on date,
    decision text NOT NULL,
    monthly_amount_fen bigint NOT NULL,
    ends_on date,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK ((decision = 'pending') = (decided_on IS NULL)),
    CHECK ((decision = 'granted') = (monthly_amount_fen > 0)),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_assistance OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_assistance IS 'Referrals to assistance and their decisions 低保、临时救助';
COMMENT ON COLUMN warehouse.fct_assistance.case_code IS 'Case 救助编号';
COMMENT ON COLUMN warehouse.fct_assistance.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_assistance.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_assistance.assistance_kind IS 'minimum_living or temporary 救助类别';
COMMENT ON COLUMN warehouse.fct_assistance.referred_on IS 'Referred on 转介日期';
COMMENT ON COLUMN warehouse.fct_assistance.decided_on IS 'Decided on; NULL while pending 审批日期';
COMMENT ON COLUMN warehouse.fct_assistance.decision IS 'pending, granted or refused 审批结果';
COMMENT ON COLUMN warehouse.fct_assistance.monthly_amount_fen IS 'Amount a month, fen; once if temporary; 0 unless granted 救助金额（分）';
COMMENT ON COLUMN warehouse.fct_assistance.ends_on IS 'Ends on; NULL if open 终止日期';
COMMENT ON COLUMN warehouse.fct_assistance.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_assistance.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_assistance.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_assistance.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_assistance.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_assistance.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_assistance.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_assistance.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_assistance_known ON warehouse.fct_assistance (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_assistance');

CREATE TABLE staging.death (
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
    died_on date NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.death OWNER TO steppe_loader;
COMMENT ON TABLE staging.death IS '死亡登记 (registered death): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.death.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.death.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.death.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.death.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.death.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.death.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.death.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.death.id_number IS '死者证件号码 (ID number of the deceased)';
COMMENT ON COLUMN staging.death.name IS '死者姓名 (name of the deceased)';
COMMENT ON COLUMN staging.death.region_code IS '户籍旗县 (home banner)';
COMMENT ON COLUMN staging.death.died_on IS '死亡日期 YYYYMMDD (died on)';

-- Grain: one row per person, and range in which it was known. Published from staging.death.
CREATE TABLE warehouse.fct_death (
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    died_on date NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_death OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_death IS 'Deaths as civil affairs register them 死亡登记';
COMMENT ON COLUMN warehouse.fct_death.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_death.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_death.died_on IS 'Died on; a payment for a later month goes to the dead (C7.3) 死亡日期';
COMMENT ON COLUMN warehouse.fct_death.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_death.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_death.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_death.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_death.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_death.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_death.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_death.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_death_known ON warehouse.fct_death (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_death');
