-- Vacancies (C3.1), organised labour export (C3.3), training (C4.2) and verification calls (C7.4). Rerun: once.

-- What the analyst and the auditor may read of a new table: as V008 gave it for those that were there then.
CREATE PROCEDURE ops.open_to_readers(opened regclass)
LANGUAGE plpgsql
AS $$
DECLARE
    open_columns text;
BEGIN
    SELECT string_agg(quote_ident(attribute.attname), ', ' ORDER BY attribute.attnum) INTO open_columns
    FROM pg_attribute AS attribute
    WHERE
        attribute.attrelid = opened AND attribute.attnum > 0 AND NOT attribute.attisdropped
        AND attribute.attname NOT IN ('row_hash', 'key_hash');
    EXECUTE format('GRANT SELECT (%s) ON %s TO steppe_analyst', open_columns, opened);
    EXECUTE format('GRANT SELECT ON %s TO steppe_auditor', opened);
    CALL ops.secure_by_region(opened);
END
$$;
COMMENT ON PROCEDURE ops.open_to_readers (regclass) IS 'Open a table to the analyst (by region, without hashes) and the auditor 开放查询权限';
REVOKE ALL ON PROCEDURE ops.open_to_readers(regclass) FROM public;

-- Each resource's own contradictions are named where they are looked for.
ALTER TABLE staging.conflict DROP CONSTRAINT conflict_kind_check;
ALTER TABLE staging.conflict ADD CHECK (kind ~ '^[a-z]+(_[a-z]+)*$');
COMMENT ON COLUMN staging.conflict.kind IS 'What is contradicted, such as repeated_key, orphan, overlap; each is looked for in 10_staging/conflict 矛盾类别';

CREATE TABLE staging.vacancy (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    vacancy_code text NOT NULL,
    region_code text NOT NULL,
    credit_code text,
    employer_name text NOT NULL,
    occupation text NOT NULL,
    skill_level text NOT NULL,
    work_county_code text NOT NULL,
    places integer NOT NULL,
    filled_places integer NOT NULL,
    monthly_wage_fen bigint,
    season_from_on date,
    season_to_on date,
    collected_on date NOT NULL,
    reported_on date,
    published_on date,
    closed_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.vacancy OWNER TO steppe_loader;
COMMENT ON TABLE staging.vacancy IS '招聘岗位 (vacancy): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.vacancy.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.vacancy.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.vacancy.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.vacancy.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.vacancy.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.vacancy.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.vacancy.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.vacancy.vacancy_code IS '岗位编号，采集后不变 (vacancy, for good)';
COMMENT ON COLUMN staging.vacancy.region_code IS '采集岗位的旗县 (banner that collected it)';
COMMENT ON COLUMN staging.vacancy.credit_code IS '用工单位统一社会信用代码 GB 32100，没有则空 (employer''s code; empty when it has none)';
COMMENT ON COLUMN staging.vacancy.employer_name IS '用工单位名称 (employer)';
COMMENT ON COLUMN staging.vacancy.occupation IS '工种 (occupation)';
COMMENT ON COLUMN staging.vacancy.skill_level IS '技能要求 (skill asked for)';
COMMENT ON COLUMN staging.vacancy.work_county_code IS '工作地点县级区划代码 (place of work, county level)';
COMMENT ON COLUMN staging.vacancy.places IS '招聘人数，人 (places offered)';
COMMENT ON COLUMN staging.vacancy.filled_places IS '至本期末已录用人数，人 (places filled by the end of the month)';
COMMENT ON COLUMN staging.vacancy.monthly_wage_fen IS '月工资，文件以元计；面议为空 (monthly wage; empty when negotiable)';
COMMENT ON COLUMN staging.vacancy.season_from_on IS '用工开始日期 YYYYMMDD，长年为空 (season from; empty all year round)';
COMMENT ON COLUMN staging.vacancy.season_to_on IS '用工结束日期 YYYYMMDD，长年为空 (season to; empty all year round)';
COMMENT ON COLUMN staging.vacancy.collected_on IS '采集日期 YYYYMMDD (collected on)';
COMMENT ON COLUMN staging.vacancy.reported_on IS '上报日期，未上报为空 (reported upward on; empty before)';
COMMENT ON COLUMN staging.vacancy.published_on IS '发布日期，未发布为空 (published on; empty before)';
COMMENT ON COLUMN staging.vacancy.closed_on IS '关闭日期，招聘中为空 (closed on; empty while open)';

-- Grain: one row per vacancy, month range in which a version held, and range in which it was known. Published from staging.vacancy.
CREATE TABLE warehouse.dim_vacancy (
    vacancy_code text NOT NULL,
    region_code text NOT NULL,
    credit_code text,
    employer_name text NOT NULL,
    occupation text NOT NULL,
    skill_level text NOT NULL,
    work_county_code text NOT NULL,
    places integer NOT NULL,
    filled_places integer NOT NULL,
    monthly_wage_fen bigint,
    season_from_on date,
    season_to_on date,
    collected_on date NOT NULL,
    reported_on date,
    published_on date,
    closed_on date,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (valid_from < valid_to),
    CHECK (filled_places BETWEEN 0 AND places),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.dim_vacancy OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_vacancy IS 'Vacancies from collection to closing 招聘岗位';
COMMENT ON COLUMN warehouse.dim_vacancy.vacancy_code IS 'Vacancy 岗位编号';
COMMENT ON COLUMN warehouse.dim_vacancy.region_code IS '采集旗县 (banner that collected it) 区划代码';
COMMENT ON COLUMN warehouse.dim_vacancy.credit_code IS 'Employer code, GB 32100; NULL when it has none 统一社会信用代码';
COMMENT ON COLUMN warehouse.dim_vacancy.employer_name IS 'Employer 用工单位';
COMMENT ON COLUMN warehouse.dim_vacancy.occupation IS 'Occupation 工种';
COMMENT ON COLUMN warehouse.dim_vacancy.skill_level IS 'Skill asked for: ordinary or skilled, as labour_ability 技能要求';
COMMENT ON COLUMN warehouse.dim_vacancy.work_county_code IS 'Place of work, county level, GB/T 2260 工作地点';
COMMENT ON COLUMN warehouse.dim_vacancy.places IS 'Places offered 招聘人数';
COMMENT ON COLUMN warehouse.dim_vacancy.filled_places IS 'Places filled by the end of the month 已录用人数';
COMMENT ON COLUMN warehouse.dim_vacancy.monthly_wage_fen IS 'Monthly wage, fen; NULL when negotiable 月工资（分）';
COMMENT ON COLUMN warehouse.dim_vacancy.season_from_on IS 'Season from; NULL all year round 用工开始日期';
COMMENT ON COLUMN warehouse.dim_vacancy.season_to_on IS 'Season to; NULL all year round 用工结束日期';
COMMENT ON COLUMN warehouse.dim_vacancy.collected_on IS 'Collected on 采集日期';
COMMENT ON COLUMN warehouse.dim_vacancy.reported_on IS 'Reported upward on; NULL before 上报日期';
COMMENT ON COLUMN warehouse.dim_vacancy.published_on IS 'Published on; NULL before 发布日期';
COMMENT ON COLUMN warehouse.dim_vacancy.closed_on IS 'Closed on; NULL while open 关闭日期';
COMMENT ON COLUMN warehouse.dim_vacancy.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_vacancy.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_vacancy.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_vacancy.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_vacancy.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_vacancy.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_vacancy.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_vacancy.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_vacancy.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_vacancy_known ON warehouse.dim_vacancy (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.dim_vacancy');

CREATE TABLE staging.intermediary (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    intermediary_code text NOT NULL,
    region_code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    licensed_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.intermediary OWNER TO steppe_loader;
COMMENT ON TABLE staging.intermediary IS '组织输出的机构 (intermediary of organised export): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.intermediary.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.intermediary.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.intermediary.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.intermediary.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.intermediary.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.intermediary.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.intermediary.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.intermediary.intermediary_code IS '机构编号 (intermediary)';
COMMENT ON COLUMN staging.intermediary.region_code IS '登记旗县 (banner of registration)';
COMMENT ON COLUMN staging.intermediary.name IS '机构名称，经纪人填服务部名称，不填个人姓名 (name of the organisation, never of a person)';
COMMENT ON COLUMN staging.intermediary.kind IS '机构类别 (kind of intermediary)';
COMMENT ON COLUMN staging.intermediary.licensed_on IS '人力资源服务许可日期，公共机构为空 (licensed on; empty for public agencies)';

-- Grain: one row per intermediary, month range in which a version held, and range in which it was known. Published from staging.intermediary.
CREATE TABLE warehouse.dim_intermediary (
    intermediary_code text NOT NULL,
    region_code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    licensed_on date,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (valid_from < valid_to),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.dim_intermediary OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_intermediary IS 'Intermediaries that organise labour export 劳务中介机构';
COMMENT ON COLUMN warehouse.dim_intermediary.intermediary_code IS 'Intermediary 机构编号';
COMMENT ON COLUMN warehouse.dim_intermediary.region_code IS '登记旗县 (banner of registration) 区划代码';
COMMENT ON COLUMN warehouse.dim_intermediary.name IS 'Name of the organisation 机构名称';
COMMENT ON COLUMN warehouse.dim_intermediary.kind IS 'Public_agency, hr_agency or broker 机构类别';
COMMENT ON COLUMN warehouse.dim_intermediary.licensed_on IS 'Licensed on; NULL for public agencies 许可日期';
COMMENT ON COLUMN warehouse.dim_intermediary.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_intermediary.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_intermediary.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_intermediary.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_intermediary.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_intermediary.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_intermediary.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_intermediary.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_intermediary.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_intermediary_known ON warehouse.dim_intermediary (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.dim_intermediary');

CREATE TABLE staging.export_batch (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    batch_code text NOT NULL,
    region_code text NOT NULL,
    intermediary_code text NOT NULL,
    destination_county_code text NOT NULL,
    departed_on date NOT NULL,
    verified_on date,
    persons_declared integer NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.export_batch OWNER TO steppe_loader;
COMMENT ON TABLE staging.export_batch IS '有组织输出批次 (organised export batch): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.export_batch.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.export_batch.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.export_batch.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.export_batch.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.export_batch.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.export_batch.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.export_batch.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.export_batch.batch_code IS '输出批次编号 (batch)';
COMMENT ON COLUMN staging.export_batch.region_code IS '组织输出的旗县 (banner that organised it)';
COMMENT ON COLUMN staging.export_batch.intermediary_code IS '组织输出的机构 (intermediary)';
COMMENT ON COLUMN staging.export_batch.destination_county_code IS '输出地县级区划代码 (destination, county level)';
COMMENT ON COLUMN staging.export_batch.departed_on IS '出发日期 YYYYMMDD (departed on)';
COMMENT ON COLUMN staging.export_batch.verified_on IS '到岗核实日期，未核实为空 (arrival verified on; empty before)';
COMMENT ON COLUMN staging.export_batch.persons_declared IS '申报输出人数，人 (persons declared)';

-- Grain: one row per batch, and range in which it was known. Published from staging.export_batch.
CREATE TABLE warehouse.fct_export_batch (
    batch_code text NOT NULL,
    region_code text NOT NULL,
    intermediary_code text NOT NULL,
    destination_county_code text NOT NULL,
    departed_on date NOT NULL,
    verified_on date,
    persons_declared integer NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (persons_declared > 0),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_export_batch OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_export_batch IS 'Batches of organised labour export 有组织输出批次';
COMMENT ON COLUMN warehouse.fct_export_batch.batch_code IS 'Batch 批次编号';
COMMENT ON COLUMN warehouse.fct_export_batch.region_code IS '组织输出的旗县 (banner that organised it) 区划代码';
COMMENT ON COLUMN warehouse.fct_export_batch.intermediary_code IS 'Intermediary 机构编号';
COMMENT ON COLUMN warehouse.fct_export_batch.destination_county_code IS 'Destination, county level, GB/T 2260 输出地';
COMMENT ON COLUMN warehouse.fct_export_batch.departed_on IS 'Departed on 出发日期';
COMMENT ON COLUMN warehouse.fct_export_batch.verified_on IS 'Arrival verified on; NULL before 核实日期';
COMMENT ON COLUMN warehouse.fct_export_batch.persons_declared IS 'Persons declared 申报人数';
COMMENT ON COLUMN warehouse.fct_export_batch.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_export_batch.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_export_batch.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_export_batch.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_export_batch.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_export_batch.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_export_batch.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_export_batch.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_export_batch_known ON warehouse.fct_export_batch (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_export_batch');

CREATE TABLE staging.export_person (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    batch_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    credit_code text,
    employed_from_on date NOT NULL,
    returned_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.export_person OWNER TO steppe_loader;
COMMENT ON TABLE staging.export_person IS '有组织输出人员 (person of an export batch): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.export_person.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.export_person.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.export_person.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.export_person.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.export_person.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.export_person.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.export_person.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.export_person.batch_code IS '输出批次编号 (batch)';
COMMENT ON COLUMN staging.export_person.id_number IS '输出人员证件号码 (ID number of the person)';
COMMENT ON COLUMN staging.export_person.name IS '输出人员姓名 (name of the person)';
COMMENT ON COLUMN staging.export_person.region_code IS '户籍旗县 (home banner)';
COMMENT ON COLUMN staging.export_person.credit_code IS '用工单位统一社会信用代码，没有则空 (employer''s code; empty when it has none)';
COMMENT ON COLUMN staging.export_person.employed_from_on IS '上岗日期 YYYYMMDD (employed from)';
COMMENT ON COLUMN staging.export_person.returned_on IS '返回日期，在外为空 (returned on; empty while away)';

-- Grain: one row per batch and person, and range in which it was known. Published from staging.export_person.
CREATE TABLE warehouse.fct_export_person (
    batch_code text NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    credit_code text,
    employed_from_on date NOT NULL,
    returned_on date,
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
ALTER TABLE warehouse.fct_export_person OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_export_person IS 'Persons of organised labour export 有组织输出人员';
COMMENT ON COLUMN warehouse.fct_export_person.batch_code IS 'Batch 批次编号';
COMMENT ON COLUMN warehouse.fct_export_person.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_export_person.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_export_person.credit_code IS 'Employer code, GB 32100; NULL when it has none 统一社会信用代码';
COMMENT ON COLUMN warehouse.fct_export_person.employed_from_on IS 'Employed from 上岗日期';
COMMENT ON COLUMN warehouse.fct_export_person.returned_on IS 'Returned on; NULL while away 返回日期';
COMMENT ON COLUMN warehouse.fct_export_person.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_export_person.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_export_person.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_export_person.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_export_person.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_export_person.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_export_person.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_export_person.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_export_person_known ON warehouse.fct_export_person (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_export_person');

CREATE TABLE staging.course (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    course_code text NOT NULL,
    region_code text NOT NULL,
    provider_name text NOT NULL,
    credit_code text,
    kind text NOT NULL,
    mode text NOT NULL,
    occupation text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    planned_days integer NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.course OWNER TO steppe_loader;
COMMENT ON TABLE staging.course IS '培训班 (training course): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.course.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.course.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.course.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.course.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.course.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.course.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.course.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.course.course_code IS '培训班编号 (course)';
COMMENT ON COLUMN staging.course.region_code IS '开班旗县 (banner of the course)';
COMMENT ON COLUMN staging.course.provider_name IS '培训机构或以工代训单位名称 (provider, or employer of work-based training)';
COMMENT ON COLUMN staging.course.credit_code IS '以工代训单位统一社会信用代码，其他培训为空 (employer of work-based training; else empty)';
COMMENT ON COLUMN staging.course.kind IS '培训类别 (kind of training)';
COMMENT ON COLUMN staging.course.mode IS '培训方式 (online or offline)';
COMMENT ON COLUMN staging.course.occupation IS '培训工种 (occupation trained for)';
COMMENT ON COLUMN staging.course.starts_on IS '开班日期 YYYYMMDD (starts on)';
COMMENT ON COLUMN staging.course.ends_on IS '计划结班日期 YYYYMMDD (ends on, as planned)';
COMMENT ON COLUMN staging.course.planned_days IS '计划培训天数，天 (planned days of training)';

-- Grain: one row per course, month range in which a version held, and range in which it was known. Published from staging.course.
CREATE TABLE warehouse.dim_course (
    course_code text NOT NULL,
    region_code text NOT NULL,
    provider_name text NOT NULL,
    credit_code text,
    kind text NOT NULL,
    mode text NOT NULL,
    occupation text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    planned_days integer NOT NULL,
    valid_from date NOT NULL,
    valid_to date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (valid_from < valid_to),
    CHECK (starts_on <= ends_on),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.dim_course OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_course IS 'Training courses 培训班';
COMMENT ON COLUMN warehouse.dim_course.course_code IS 'Course 班次编号';
COMMENT ON COLUMN warehouse.dim_course.region_code IS '开班旗县 (banner of the course) 区划代码';
COMMENT ON COLUMN warehouse.dim_course.provider_name IS 'Provider, or employer of work-based training 培训机构';
COMMENT ON COLUMN warehouse.dim_course.credit_code IS 'Employer of work-based training, GB 32100; else NULL 统一社会信用代码';
COMMENT ON COLUMN warehouse.dim_course.kind IS 'Work_based, skill or entrepreneurship 培训类别';
COMMENT ON COLUMN warehouse.dim_course.mode IS 'Online or offline 培训方式';
COMMENT ON COLUMN warehouse.dim_course.occupation IS 'Occupation trained for 工种';
COMMENT ON COLUMN warehouse.dim_course.starts_on IS 'Starts on 开班日期';
COMMENT ON COLUMN warehouse.dim_course.ends_on IS 'Ends on, as planned 结班日期';
COMMENT ON COLUMN warehouse.dim_course.planned_days IS 'Planned days of training 计划天数';
COMMENT ON COLUMN warehouse.dim_course.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_course.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_course.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_course.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_course.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_course.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_course.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_course.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_course.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_course_known ON warehouse.dim_course (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.dim_course');

CREATE TABLE staging.attendance (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    course_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    attended_days integer NOT NULL,
    is_completed boolean NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.attendance OWNER TO steppe_loader;
COMMENT ON TABLE staging.attendance IS '培训出勤 (attendance of a course): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.attendance.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.attendance.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.attendance.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.attendance.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.attendance.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.attendance.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.attendance.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.attendance.course_code IS '培训班编号 (course)';
COMMENT ON COLUMN staging.attendance.id_number IS '学员证件号码 (ID number of the trainee)';
COMMENT ON COLUMN staging.attendance.name IS '学员姓名 (name of the trainee)';
COMMENT ON COLUMN staging.attendance.region_code IS '学员户籍旗县 (home banner of the trainee)';
COMMENT ON COLUMN staging.attendance.month IS '出勤年月 YYYYMM (month)';
COMMENT ON COLUMN staging.attendance.attended_days IS '当月出勤天数，天 (days attended in the month)';
COMMENT ON COLUMN staging.attendance.is_completed IS '至本期末是否结业 (completed by the end of the month)';

-- Grain: one row per course, person and month, and range in which it was known. Published from staging.attendance.
CREATE TABLE warehouse.fct_attendance_month (
    course_code text NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    attended_days integer NOT NULL,
    is_completed boolean NOT NULL,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (attended_days BETWEEN 0 AND 31),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_attendance_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_attendance_month IS 'Attendance of training courses 培训出勤';
COMMENT ON COLUMN warehouse.fct_attendance_month.course_code IS 'Course 班次编号';
COMMENT ON COLUMN warehouse.fct_attendance_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_attendance_month.region_code IS '学员户籍旗县 (home banner of the trainee) 区划代码';
COMMENT ON COLUMN warehouse.fct_attendance_month.month IS 'Month 出勤年月';
COMMENT ON COLUMN warehouse.fct_attendance_month.attended_days IS 'Days attended in the month 出勤天数';
COMMENT ON COLUMN warehouse.fct_attendance_month.is_completed IS 'Completed by the end of the month 是否结业';
COMMENT ON COLUMN warehouse.fct_attendance_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_attendance_month.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_attendance_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_attendance_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_attendance_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_attendance_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_attendance_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_attendance_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_attendance_month_known ON warehouse.fct_attendance_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_attendance_month');

CREATE TABLE staging.callback (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    call_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    region_code text NOT NULL,
    called_on date NOT NULL,
    outcome text NOT NULL,
    is_employed boolean,
    place_class text,
    work_county_code text,
    is_phone_own boolean
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.callback OWNER TO steppe_loader;
COMMENT ON TABLE staging.callback IS '就业回访 (verification call): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.callback.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.callback.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.callback.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.callback.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.callback.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.callback.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.callback.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.callback.call_code IS '回访编号 (call)';
COMMENT ON COLUMN staging.callback.id_number IS '被访人证件号码 (ID number of the person called)';
COMMENT ON COLUMN staging.callback.name IS '被访人姓名 (name of the person called)';
COMMENT ON COLUMN staging.callback.region_code IS '户籍旗县 (home banner)';
COMMENT ON COLUMN staging.callback.called_on IS '回访日期 YYYYMMDD (called on)';
COMMENT ON COLUMN staging.callback.outcome IS '回访结果 (outcome)';
COMMENT ON COLUMN staging.callback.is_employed IS '本人答复是否在业，未接通为空 (says that he works; empty when not reached)';
COMMENT ON COLUMN staging.callback.place_class IS '本人答复的就业地域，不在业为空 (where he says that he works; empty when not working)';
COMMENT ON COLUMN staging.callback.work_county_code IS '本人答复的务工地点县级区划代码 (county that he names; empty when none)';
COMMENT ON COLUMN staging.callback.is_phone_own IS '接听人是否本人，未接通为空 (answered by the person himself; empty when not reached)';

-- Grain: one row per call, and range in which it was known. Published from staging.callback.
CREATE TABLE warehouse.fct_callback (
    call_code text NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    called_on date NOT NULL,
    outcome text NOT NULL,
    is_employed boolean,
    place_class text,
    work_county_code text,
    is_phone_own boolean,
    period date NOT NULL,
    sender_code text NOT NULL,
    delivery_id bigint NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    rule_set_digest bigint NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (outcome = 'reached' OR is_employed IS NULL),
    CHECK (known_from < known_to)
) PARTITION BY LIST (sender_code);
ALTER TABLE warehouse.fct_callback OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_callback IS 'Verification calls and what was answered 就业回访';
COMMENT ON COLUMN warehouse.fct_callback.call_code IS 'Call 回访编号';
COMMENT ON COLUMN warehouse.fct_callback.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_callback.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_callback.called_on IS 'Called on 回访日期';
COMMENT ON COLUMN warehouse.fct_callback.outcome IS 'Reached, unreached or refused 回访结果';
COMMENT ON COLUMN warehouse.fct_callback.is_employed IS 'Says that he works; NULL when not reached 是否在业';
COMMENT ON COLUMN warehouse.fct_callback.place_class IS 'Where he says that he works; NULL when not working 就业地域';
COMMENT ON COLUMN warehouse.fct_callback.work_county_code IS 'County that he names; NULL when none 务工地点';
COMMENT ON COLUMN warehouse.fct_callback.is_phone_own IS 'Answered by the person himself; NULL when not reached 是否本人电话';
COMMENT ON COLUMN warehouse.fct_callback.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_callback.sender_code IS 'Region, league, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_callback.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_callback.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_callback.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_callback.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_callback.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_callback.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_callback_known ON warehouse.fct_callback (key_hash, region_code, sender_code) WHERE known_to = 'infinity';
CALL ops.open_to_readers('warehouse.fct_callback');
