-- Self-employment (C5.4): staging and warehouse of the feed `self_employment`. Rerun: once.

CREATE TABLE staging.self_employment (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    business_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    sector text NOT NULL,
    registered_on date NOT NULL,
    closed_on date,
    support_document text
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.self_employment OWNER TO steppe_loader;
COMMENT ON TABLE staging.self_employment IS '自主创业人员及经营主体 (self-employed person and business): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.self_employment.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.self_employment.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.self_employment.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.self_employment.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.self_employment.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.self_employment.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.self_employment.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.self_employment.business_code IS '统一社会信用代码或 15 位注册号 (registration of the business)';
COMMENT ON COLUMN staging.self_employment.id_number IS '经营者证件号码 (ID number)';
COMMENT ON COLUMN staging.self_employment.name IS '经营者姓名 (name)';
COMMENT ON COLUMN staging.self_employment.region_code IS '经营所在旗县区划代码，6 位 (banner of the business)';
COMMENT ON COLUMN staging.self_employment.sector IS '所属产业 (sector)';
COMMENT ON COLUMN staging.self_employment.registered_on IS '登记日期 YYYYMMDD (registered on)';
COMMENT ON COLUMN staging.self_employment.closed_on IS '注销日期，存续为空 (closed on; empty while it exists)';
COMMENT ON COLUMN staging.self_employment.support_document IS '旗县自定扶持所依据的文号，没有为空 (document that a banner supports by; empty where there is none)';

-- Grain: one row per business and person, month range in which a version held, and range in which it was known. Published from staging.self_employment.
CREATE TABLE warehouse.fct_self_employment (
    business_code text NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    sector text NOT NULL,
    registered_on date NOT NULL,
    closed_on date,
    support_document text,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (closed_on >= registered_on),
    CHECK (valid_from < valid_to),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_self_employment OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_self_employment IS 'Businesses of registered persons in the secondary and tertiary sector 自主创业';
COMMENT ON COLUMN warehouse.fct_self_employment.business_code IS 'Registration of the business: GB 32100 code, or an old number of 15 digits 登记号';
COMMENT ON COLUMN warehouse.fct_self_employment.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_self_employment.region_code IS '经营所在旗县 (banner of the business) 区划代码';
COMMENT ON COLUMN warehouse.fct_self_employment.sector IS 'secondary or tertiary 产业';
COMMENT ON COLUMN warehouse.fct_self_employment.registered_on IS 'Registered on 登记日期';
COMMENT ON COLUMN warehouse.fct_self_employment.closed_on IS 'Closed on; NULL while it exists 注销日期';
COMMENT ON COLUMN warehouse.fct_self_employment.support_document IS 'Document that a banner supports by; NULL where there is none 扶持文件';
COMMENT ON COLUMN warehouse.fct_self_employment.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.fct_self_employment.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.fct_self_employment.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_self_employment.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_self_employment.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_self_employment.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_self_employment.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_self_employment.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_self_employment.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_self_employment_known ON warehouse.fct_self_employment (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_self_employment');
