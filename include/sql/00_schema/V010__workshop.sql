-- Poverty-alleviation workshops (C4.1): staging and warehouse of the feed `workshop`. Rerun: once.

CREATE TABLE staging.workshop (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    workshop_code text NOT NULL,
    workshop_name text NOT NULL,
    credit_code text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    recognised_on date NOT NULL,
    closed_on date,
    is_operating boolean NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.workshop OWNER TO steppe_loader;
COMMENT ON TABLE staging.workshop IS '扶贫车间 (workshop): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.workshop.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.workshop.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.workshop.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.workshop.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.workshop.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.workshop.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.workshop.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.workshop.workshop_code IS '车间编号 (workshop)';
COMMENT ON COLUMN staging.workshop.workshop_name IS '车间名称 (name)';
COMMENT ON COLUMN staging.workshop.credit_code IS '经营主体统一社会信用代码 GB 32100 (whoever runs it)';
COMMENT ON COLUMN staging.workshop.region_code IS '所在旗县区划代码，6 位 (banner)';
COMMENT ON COLUMN staging.workshop.village_code IS '所在村代码，12 位 (village)';
COMMENT ON COLUMN staging.workshop.recognised_on IS '认定日期 YYYYMMDD (recognised on)';
COMMENT ON COLUMN staging.workshop.closed_on IS '关停日期，未关停为空 (closed on; empty while it exists)';
COMMENT ON COLUMN staging.workshop.is_operating IS '当月是否正常经营 (operates normally in the month)';

CREATE TABLE staging.workshop_worker (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    workshop_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    month date NOT NULL,
    hired_on date NOT NULL,
    worked_days integer NOT NULL,
    wage_fen bigint NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.workshop_worker OWNER TO steppe_loader;
COMMENT ON TABLE staging.workshop_worker IS '扶贫车间务工人员当月出勤与工资 (worker of a workshop, days and wage of the month): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.workshop_worker.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.workshop_worker.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.workshop_worker.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.workshop_worker.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.workshop_worker.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.workshop_worker.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.workshop_worker.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.workshop_worker.workshop_code IS '车间编号 (workshop)';
COMMENT ON COLUMN staging.workshop_worker.region_code IS '车间所在旗县区划代码，6 位 (banner of the workshop)';
COMMENT ON COLUMN staging.workshop_worker.id_number IS '务工人员证件号码 (ID number)';
COMMENT ON COLUMN staging.workshop_worker.name IS '务工人员姓名 (name)';
COMMENT ON COLUMN staging.workshop_worker.month IS '用工年月 YYYYMM (month)';
COMMENT ON COLUMN staging.workshop_worker.hired_on IS '入职日期 YYYYMMDD (hired on)';
COMMENT ON COLUMN staging.workshop_worker.worked_days IS '当月出勤天数 (days worked)';
COMMENT ON COLUMN staging.workshop_worker.wage_fen IS '当月工资，文件以元计 (wage of the month)';

-- Grain: one row per workshop, month range in which a version held, and range in which it was known. Published from staging.workshop.
CREATE TABLE warehouse.dim_workshop (
    workshop_code text NOT NULL,
    workshop_name text NOT NULL,
    credit_code text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    recognised_on date NOT NULL,
    closed_on date,
    is_operating boolean NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (closed_on >= recognised_on),
    CHECK (closed_on IS NULL OR NOT is_operating),
    CHECK (valid_from < valid_to),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.dim_workshop OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_workshop IS 'Poverty-alleviation workshops 扶贫车间';
COMMENT ON COLUMN warehouse.dim_workshop.workshop_code IS 'Workshop 车间编号';
COMMENT ON COLUMN warehouse.dim_workshop.workshop_name IS 'Name 车间名称';
COMMENT ON COLUMN warehouse.dim_workshop.credit_code IS 'Code of whoever runs it, GB 32100 统一社会信用代码';
COMMENT ON COLUMN warehouse.dim_workshop.region_code IS '所在旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.dim_workshop.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.dim_workshop.recognised_on IS 'Recognised on 认定日期';
COMMENT ON COLUMN warehouse.dim_workshop.closed_on IS 'Closed on; NULL while it exists 关停日期';
COMMENT ON COLUMN warehouse.dim_workshop.is_operating IS 'Operates normally in the month 是否正常经营';
COMMENT ON COLUMN warehouse.dim_workshop.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_workshop.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_workshop.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_workshop.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_workshop.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_workshop.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_workshop.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_workshop.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_workshop.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_workshop_known ON warehouse.dim_workshop (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.dim_workshop');

-- Grain: one row per workshop, person and month, and range in which it was known. Published from staging.workshop_worker.
CREATE TABLE warehouse.fct_workshop_worker_month (
    workshop_code text NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    month date NOT NULL,
    hired_on date NOT NULL,
    worked_days integer NOT NULL,
    wage_fen bigint NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (worked_days BETWEEN 0 AND 31),
    CHECK (wage_fen >= 0),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_workshop_worker_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_workshop_worker_month IS 'Work in workshops, month by month 车间务工';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.workshop_code IS 'Workshop 车间编号';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.region_code IS '车间所在旗县 (banner of the workshop) 区划代码';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.month IS 'Month 用工年月';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.hired_on IS 'Hired on 入职日期';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.worked_days IS 'Days worked 出勤天数';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.wage_fen IS 'Wage of the month, fen 工资（分）';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_workshop_worker_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_workshop_worker_month_known ON warehouse.fct_workshop_worker_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_workshop_worker_month');
