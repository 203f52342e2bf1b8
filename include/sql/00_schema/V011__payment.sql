-- Bank return lines (C7.1): staging and warehouse of the feed `payment`. Rerun: once.

CREATE TABLE staging.payment_line (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    payment_reference text NOT NULL,
    line_code text NOT NULL,
    region_code text NOT NULL,
    payee_kind text NOT NULL,
    id_number text,
    payee_code text,
    name text NOT NULL,
    programme_code text NOT NULL,
    fund_code text NOT NULL,
    amount_fen bigint NOT NULL,
    paid_on date NOT NULL,
    status text NOT NULL,
    returned_on date,
    return_reason text
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.payment_line OWNER TO steppe_loader;
COMMENT ON TABLE staging.payment_line IS '代发银行回单明细 (line that the paying bank returns): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.payment_line.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.payment_line.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.payment_line.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.payment_line.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.payment_line.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.payment_line.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.payment_line.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.payment_line.payment_reference IS '付款单编号，照录付款单：旗县-年月-序号，前可冠项目代码 (payment order, as banner-YYYYMM-serial, the programme before it or not)';
COMMENT ON COLUMN staging.payment_line.line_code IS '付款单内明细号 (line of the order)';
COMMENT ON COLUMN staging.payment_line.region_code IS '出资旗县 (paying banner)';
COMMENT ON COLUMN staging.payment_line.payee_kind IS '收款人类别 (kind of payee)';
COMMENT ON COLUMN staging.payment_line.id_number IS '收款人证件号码，仅个人 (ID number of the payee, if a person)';
COMMENT ON COLUMN staging.payment_line.payee_code IS '收款单位代码：信用代码、车间编号、机构编号或村代码，个人为空 (code of the payee, if not a person)';
COMMENT ON COLUMN staging.payment_line.name IS '收款户名 (name of the account)';
COMMENT ON COLUMN staging.payment_line.programme_code IS '补贴项目代码 (programme)';
COMMENT ON COLUMN staging.payment_line.fund_code IS '资金来源 (fund)';
COMMENT ON COLUMN staging.payment_line.amount_fen IS '付款金额，文件以元计 (amount)';
COMMENT ON COLUMN staging.payment_line.paid_on IS '付款日期 YYYYMMDD (paid on)';
COMMENT ON COLUMN staging.payment_line.status IS '付款状态 (status)';
COMMENT ON COLUMN staging.payment_line.returned_on IS '退汇日期，未退汇为空 (returned on; empty unless returned)';
COMMENT ON COLUMN staging.payment_line.return_reason IS '退汇原因，未退汇为空 (reason of the return; empty unless returned)';

-- Grain: one row per payment order and line, and range in which it was known. Published from staging.payment_line.
CREATE TABLE warehouse.fct_payment (
    payment_reference text NOT NULL,
    line_code text NOT NULL,
    region_code text NOT NULL,
    payee_kind text NOT NULL,
    person_key uuid,
    payee_code text,
    programme_code text NOT NULL,
    fund_code text NOT NULL,
    amount_fen bigint NOT NULL,
    paid_on date NOT NULL,
    status text NOT NULL,
    returned_on date,
    return_reason text,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK ((payee_kind = 'person') = (person_key IS NOT NULL)),
    CHECK ((payee_kind = 'person') = (payee_code IS NULL)),
    CHECK (amount_fen > 0),
    CHECK ((status = 'returned') = (returned_on IS NOT NULL)),
    CHECK ((status = 'returned') = (return_reason IS NOT NULL)),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_payment OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_payment IS 'Lines that the paying banks returned: paid or returned 代发回单';
COMMENT ON COLUMN warehouse.fct_payment.payment_reference IS 'Payment order that the line answers 付款编号';
COMMENT ON COLUMN warehouse.fct_payment.line_code IS 'Line of the order 明细号';
COMMENT ON COLUMN warehouse.fct_payment.region_code IS '出资旗县 (paying banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_payment.payee_kind IS 'person, employer, workshop, intermediary or village 收款人类别';
COMMENT ON COLUMN warehouse.fct_payment.person_key IS 'Person token of the payee; NULL if not a person 人员标识';
COMMENT ON COLUMN warehouse.fct_payment.payee_code IS 'Credit code, workshop, intermediary or village; NULL if a person 收款单位代码';
COMMENT ON COLUMN warehouse.fct_payment.programme_code IS 'Programme 项目代码';
COMMENT ON COLUMN warehouse.fct_payment.fund_code IS 'Fund that pays 资金来源';
COMMENT ON COLUMN warehouse.fct_payment.amount_fen IS 'Amount, fen 付款金额（分）';
COMMENT ON COLUMN warehouse.fct_payment.paid_on IS 'Paid on 付款日期';
COMMENT ON COLUMN warehouse.fct_payment.status IS 'paid or returned 付款状态';
COMMENT ON COLUMN warehouse.fct_payment.returned_on IS 'Returned on; NULL unless returned 退汇日期';
COMMENT ON COLUMN warehouse.fct_payment.return_reason IS 'Reason of the return; NULL unless returned 退汇原因';
COMMENT ON COLUMN warehouse.fct_payment.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_payment.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_payment.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_payment.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_payment.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_payment.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_payment.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_payment.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_payment_known ON warehouse.fct_payment (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_payment');
