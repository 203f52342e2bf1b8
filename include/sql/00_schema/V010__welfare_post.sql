-- Welfare posts (C5.2): staging and warehouse of the feed `welfare_post`. Rerun: once.

CREATE TABLE staging.welfare_post (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    post_code text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    post_kind text NOT NULL,
    fund_code text NOT NULL,
    approved_places integer NOT NULL,
    monthly_pay_fen bigint NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.welfare_post OWNER TO steppe_loader;
COMMENT ON TABLE staging.welfare_post IS '公益性岗位 (welfare post): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.welfare_post.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.welfare_post.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.welfare_post.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.welfare_post.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.welfare_post.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.welfare_post.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.welfare_post.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.welfare_post.post_code IS '岗位编号 (post)';
COMMENT ON COLUMN staging.welfare_post.region_code IS '设岗旗县区划代码，6 位 (banner)';
COMMENT ON COLUMN staging.welfare_post.village_code IS '设岗村代码，12 位 (village)';
COMMENT ON COLUMN staging.welfare_post.post_kind IS '岗位类型 (kind of post)';
COMMENT ON COLUMN staging.welfare_post.fund_code IS '支付报酬的资金 (fund that pays)';
COMMENT ON COLUMN staging.welfare_post.approved_places IS '批准人数 (approved number of holders)';
COMMENT ON COLUMN staging.welfare_post.monthly_pay_fen IS '每人每月岗位报酬，文件以元计 (pay per holder and month)';

CREATE TABLE staging.post_holder (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    post_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    month date NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    cannot_leave_home boolean NOT NULL,
    has_no_other_work boolean NOT NULL,
    cannot_escape_poverty boolean NOT NULL,
    attended_days integer NOT NULL,
    pay_fen bigint NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.post_holder OWNER TO steppe_loader;
COMMENT ON TABLE staging.post_holder IS '公益性岗位在岗人员当月出勤与报酬 (holder of a welfare post, attendance and pay of the month): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.post_holder.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.post_holder.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.post_holder.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.post_holder.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.post_holder.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.post_holder.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.post_holder.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.post_holder.post_code IS '岗位编号 (post)';
COMMENT ON COLUMN staging.post_holder.region_code IS '设岗旗县区划代码，6 位 (banner)';
COMMENT ON COLUMN staging.post_holder.id_number IS '在岗人证件号码 (ID number)';
COMMENT ON COLUMN staging.post_holder.name IS '在岗人姓名 (name)';
COMMENT ON COLUMN staging.post_holder.month IS '所属年月 YYYYMM (month)';
COMMENT ON COLUMN staging.post_holder.started_on IS '上岗日期 YYYYMMDD (holds the post since)';
COMMENT ON COLUMN staging.post_holder.ended_on IS '离岗日期，在岗为空 (until; empty while held)';
COMMENT ON COLUMN staging.post_holder.cannot_leave_home IS '是否无法离乡 (cannot leave home)';
COMMENT ON COLUMN staging.post_holder.has_no_other_work IS '是否无业可扶 (has no other work)';
COMMENT ON COLUMN staging.post_holder.cannot_escape_poverty IS '是否无力脱贫 (cannot escape poverty without the post)';
COMMENT ON COLUMN staging.post_holder.attended_days IS '当月出勤天数 (days attended)';
COMMENT ON COLUMN staging.post_holder.pay_fen IS '当月岗位报酬，文件以元计 (pay of the month)';

-- Grain: one row per post, month range in which a version held, and range in which it was known. Published from staging.welfare_post.
CREATE TABLE warehouse.dim_welfare_post (
    post_code text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    post_kind text NOT NULL,
    fund_code text NOT NULL,
    approved_places integer NOT NULL,
    monthly_pay_fen bigint NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (approved_places > 0),
    CHECK (monthly_pay_fen > 0),
    CHECK (valid_from < valid_to),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.dim_welfare_post OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_welfare_post IS 'Welfare posts of every fund 公益性岗位';
COMMENT ON COLUMN warehouse.dim_welfare_post.post_code IS 'Post 岗位编号';
COMMENT ON COLUMN warehouse.dim_welfare_post.region_code IS '设岗旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.dim_welfare_post.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.dim_welfare_post.post_kind IS 'Kind of post 岗位类型';
COMMENT ON COLUMN warehouse.dim_welfare_post.fund_code IS 'Fund that pays 资金来源';
COMMENT ON COLUMN warehouse.dim_welfare_post.approved_places IS 'Approved number of holders 批准人数';
COMMENT ON COLUMN warehouse.dim_welfare_post.monthly_pay_fen IS 'Pay per holder and month, fen 月岗位报酬（分）';
COMMENT ON COLUMN warehouse.dim_welfare_post.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_welfare_post.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_welfare_post.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_welfare_post.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_welfare_post.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_welfare_post.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_welfare_post.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_welfare_post.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_welfare_post.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_welfare_post_known ON warehouse.dim_welfare_post (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.dim_welfare_post');

-- Grain: one row per post, holder and month, and range in which it was known. Published from staging.post_holder.
CREATE TABLE warehouse.fct_welfare_post_month (
    post_code text NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    month date NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    cannot_leave_home boolean NOT NULL,
    has_no_other_work boolean NOT NULL,
    cannot_escape_poverty boolean NOT NULL,
    attended_days integer NOT NULL,
    pay_fen bigint NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (ended_on >= started_on),
    CHECK (ended_on >= month),
    CHECK (attended_days BETWEEN 0 AND 31),
    CHECK (pay_fen >= 0),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_welfare_post_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_welfare_post_month IS 'Welfare posts held, month by month, of every fund 公益性岗位在岗';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.post_code IS 'Post 岗位编号';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.region_code IS '设岗旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.month IS 'Month 所属年月';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.started_on IS 'Holds the post since 上岗日期';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.ended_on IS 'Until; NULL while the post is held 离岗日期';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.cannot_leave_home IS 'Cannot leave home 无法离乡';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.has_no_other_work IS 'Has no other work 无业可扶';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.cannot_escape_poverty IS 'Cannot escape poverty without the post 无力脱贫';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.attended_days IS 'Days attended 出勤天数';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.pay_fen IS 'Pay of the month, fen 岗位报酬（分）';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_welfare_post_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_welfare_post_month_known ON warehouse.fct_welfare_post_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_welfare_post_month');
