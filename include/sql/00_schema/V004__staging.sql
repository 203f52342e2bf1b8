-- Staging: the typed, accepted rows of deliveries that are being judged and published. Rerun: once.
-- The gate makes a partition as an unlogged table (parallel CREATE TABLE AS), moves the rows that broke a critical rule to
-- quarantine.row, and only then attaches it: CHECK (failed_critical = 0) and NOT NULL on every required column hold for whatever
-- a publisher can read here, so he needs no filter. Rows that broke only warnings stay; failed_warning says which.
-- Only NEW or CHANGED rows are here: a row whose content is that of the currently known version, accepted under the same rule
-- set, is skipped. staging.seen has every delivered key, so that absence, defect and deletion stay three things.

CREATE TABLE staging.household (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    household_id text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    village_name text NOT NULL,
    register_year integer NOT NULL,
    standard text NOT NULL,
    household_type text NOT NULL,
    poverty_cause text NOT NULL,
    poverty_status text NOT NULL,
    member_count integer NOT NULL,
    head_name text NOT NULL,
    phone text,
    income_per_head_fen bigint
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.household OWNER TO steppe_loader;
COMMENT ON TABLE staging.household IS '建档立卡户 (registered household): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.household.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.household.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.household.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.household.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.household.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.household.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.household.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.household.household_id IS '户编号，系统内唯一 (household number)';
COMMENT ON COLUMN staging.household.region_code IS '所在旗县区划代码，6 位 (banner/county)';
COMMENT ON COLUMN staging.household.village_code IS '嘎查村代码，12 位，前 6 位为旗县 (village)';
COMMENT ON COLUMN staging.household.village_name IS '嘎查村名称 (village name)';
COMMENT ON COLUMN staging.household.register_year IS '登记年度 (year of the register)';
COMMENT ON COLUMN staging.household.standard IS '识别标准 (standard by which the household was identified)';
COMMENT ON COLUMN staging.household.household_type IS '贫困户属性 (kind of household)';
COMMENT ON COLUMN staging.household.poverty_cause IS '主要致贫原因 (main cause of poverty)';
COMMENT ON COLUMN staging.household.poverty_status IS '脱贫标志 (whether lifted out of poverty)';
COMMENT ON COLUMN staging.household.member_count IS '家庭人口数，人 (members)';
COMMENT ON COLUMN staging.household.head_name IS '户主姓名 (name of the head)';
COMMENT ON COLUMN staging.household.phone IS '联系电话 (phone)';
COMMENT ON COLUMN staging.household.income_per_head_fen IS '人均年纯收入，文件以元计，入库以分计 (net income per head and year; yuan in the file, fen in the warehouse)';

CREATE TABLE staging.person (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    person_id text NOT NULL,
    household_id text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    name text NOT NULL,
    sex text NOT NULL,
    id_number text NOT NULL,
    birth_date date NOT NULL,
    relation text NOT NULL,
    ethnicity text NOT NULL,
    education text NOT NULL,
    student_status text NOT NULL,
    health text NOT NULL,
    labour_ability text NOT NULL,
    work_place_class text,
    months_worked integer NOT NULL,
    life_status text NOT NULL,
    has_employee_pension boolean NOT NULL,
    has_resident_pension boolean NOT NULL,
    has_illness_insurance boolean NOT NULL,
    has_minimum_living boolean NOT NULL,
    phone text,
    willing_to_go text NOT NULL,
    change_type text
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.person OWNER TO steppe_loader;
COMMENT ON TABLE staging.person IS '建档立卡人口 (registered person): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.person.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.person.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.person.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.person.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.person.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.person.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.person.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.person.person_id IS '人编号，来源系统内编号 (number in the source system)';
COMMENT ON COLUMN staging.person.household_id IS '所属户编号 (household)';
COMMENT ON COLUMN staging.person.region_code IS '户籍旗县区划代码 (home banner)';
COMMENT ON COLUMN staging.person.village_code IS '嘎查村代码，12 位 (village)';
COMMENT ON COLUMN staging.person.name IS '姓名 (name)';
COMMENT ON COLUMN staging.person.sex IS '性别 (sex)';
COMMENT ON COLUMN staging.person.id_number IS '公民身份号码 18 位，或残疾人证 20/22 位 (ID number)';
COMMENT ON COLUMN staging.person.birth_date IS '出生日期 YYYYMMDD (date of birth)';
COMMENT ON COLUMN staging.person.relation IS '与户主关系 (relation to the head)';
COMMENT ON COLUMN staging.person.ethnicity IS '民族 GB/T 3304 (ethnic group)';
COMMENT ON COLUMN staging.person.education IS '文化程度 (education)';
COMMENT ON COLUMN staging.person.student_status IS '在校生状况 (at school)';
COMMENT ON COLUMN staging.person.health IS '健康状况 (health)';
COMMENT ON COLUMN staging.person.labour_ability IS '劳动技能；代码版本 2016 (ability to work)';
COMMENT ON COLUMN staging.person.work_place_class IS '务工地域，未务工为空 (where the person works; empty when not working)';
COMMENT ON COLUMN staging.person.months_worked IS '本年务工月数 0–12 (months worked this year)';
COMMENT ON COLUMN staging.person.life_status IS '生存状态 (alive or not)';
COMMENT ON COLUMN staging.person.has_employee_pension IS '是否参加职工养老保险 (employee pension)';
COMMENT ON COLUMN staging.person.has_resident_pension IS '是否参加城乡居民养老保险 (resident pension)';
COMMENT ON COLUMN staging.person.has_illness_insurance IS '是否参加大病保险 (serious-illness insurance)';
COMMENT ON COLUMN staging.person.has_minimum_living IS '是否享受低保 (minimum living allowance)';
COMMENT ON COLUMN staging.person.phone IS '联系电话 (phone)';
COMMENT ON COLUMN staging.person.willing_to_go IS '外出务工意愿 (willing to go out)';
COMMENT ON COLUMN staging.person.change_type IS '人员变更，无变更为空 (kind of change; empty when none)';

CREATE TABLE staging.employment (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    spell_id text NOT NULL,
    id_number text NOT NULL,
    region_code text NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    work_place_class text NOT NULL,
    work_region_code text NOT NULL,
    employer_name text,
    employer_uscc text,
    industry text NOT NULL,
    channel text NOT NULL,
    is_organised boolean NOT NULL,
    contract_signed_on date,
    monthly_wage_fen bigint,
    verification text NOT NULL,
    verified_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.employment OWNER TO steppe_loader;
COMMENT ON TABLE staging.employment IS '务工记录 (work spell) 本年度内的务工起止: accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.employment.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.employment.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.employment.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.employment.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.employment.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.employment.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.employment.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.employment.spell_id IS '务工记录编号 (number of the spell)';
COMMENT ON COLUMN staging.employment.id_number IS '务工人员证件号码 (ID number of the worker)';
COMMENT ON COLUMN staging.employment.region_code IS '户籍旗县区划代码 (home banner)';
COMMENT ON COLUMN staging.employment.started_on IS '务工开始日期 YYYYMMDD (first day)';
COMMENT ON COLUMN staging.employment.ended_on IS '务工结束日期，在岗为空 (last day; empty while it goes on)';
COMMENT ON COLUMN staging.employment.work_place_class IS '就业地域 (place class)';
COMMENT ON COLUMN staging.employment.work_region_code IS '务工地点区划代码，到县 (place of work, county level, GB/T 2260)';
COMMENT ON COLUMN staging.employment.employer_name IS '务工单位名称 (employer)';
COMMENT ON COLUMN staging.employment.employer_uscc IS '务工单位统一社会信用代码 GB 32100 (employer''s code)';
COMMENT ON COLUMN staging.employment.industry IS '行业门类 GB/T 4754 (industry)';
COMMENT ON COLUMN staging.employment.channel IS '就业渠道 (how the work was found)';
COMMENT ON COLUMN staging.employment.is_organised IS '是否有组织劳务输出 (organised export)';
COMMENT ON COLUMN staging.employment.contract_signed_on IS '劳动合同签订日期 YYYYMMDD (contract signed on)';
COMMENT ON COLUMN staging.employment.monthly_wage_fen IS '月工资，文件以元计，入库以分计 (monthly wage; yuan in the file, fen in the warehouse)';
COMMENT ON COLUMN staging.employment.verification IS '核实方式 (how the spell was verified)';
COMMENT ON COLUMN staging.employment.verified_on IS '核实日期 YYYYMMDD (verified on)';

CREATE TABLE staging.station (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    station_code text NOT NULL,
    village_code text NOT NULL,
    region_code text NOT NULL,
    village_name text NOT NULL,
    station_name text NOT NULL,
    station_type text NOT NULL,
    capacity_kw numeric NOT NULL,
    share_percent numeric NOT NULL,
    tariff_fen_per_kwh bigint NOT NULL,
    grid_connected_on date NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.station OWNER TO steppe_loader;
COMMENT ON TABLE staging.station IS '村级光伏电站及各村份额 (station and the share of each village): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.station.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.station.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.station.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.station.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.station.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.station.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.station.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.station.station_code IS '电站编号 (station)';
COMMENT ON COLUMN staging.station.village_code IS '受益村代码，12 位 (village with a share)';
COMMENT ON COLUMN staging.station.region_code IS '所在旗县 (banner)';
COMMENT ON COLUMN staging.station.village_name IS '受益村名称 (village name)';
COMMENT ON COLUMN staging.station.station_name IS '电站名称 (station name)';
COMMENT ON COLUMN staging.station.station_type IS '电站类型 (village station or shared station)';
COMMENT ON COLUMN staging.station.capacity_kw IS '装机容量，千瓦 (installed capacity, kW)';
COMMENT ON COLUMN staging.station.share_percent IS '该村份额，百分数，各村合计 100 (share of the village, per cent)';
COMMENT ON COLUMN staging.station.tariff_fen_per_kwh IS '含税上网电价，文件以元/千瓦时计，入库以分 (tariff incl. tax)';
COMMENT ON COLUMN staging.station.grid_connected_on IS '并网日期 YYYYMMDD (connected on)';

CREATE TABLE staging.settlement (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    station_code text NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    generation_kwh numeric NOT NULL,
    coal_accrued_fen bigint NOT NULL,
    coal_received_fen bigint NOT NULL,
    subsidy_accrued_fen bigint NOT NULL,
    subsidy_received_fen bigint NOT NULL,
    received_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.settlement OWNER TO steppe_loader;
COMMENT ON TABLE staging.settlement IS '电费结算 (settlement by the grid company): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.settlement.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.settlement.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.settlement.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.settlement.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.settlement.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.settlement.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.settlement.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.settlement.station_code IS '电站编号 (station)';
COMMENT ON COLUMN staging.settlement.region_code IS '所在旗县 (banner)';
COMMENT ON COLUMN staging.settlement.month IS '发电年月 YYYYMM (month)';
COMMENT ON COLUMN staging.settlement.generation_kwh IS '上网电量，千瓦时 (energy fed in, kWh)';
COMMENT ON COLUMN staging.settlement.coal_accrued_fen IS '脱硫煤部分应收，文件以元计 (coal-benchmark part, accrued)';
COMMENT ON COLUMN staging.settlement.coal_received_fen IS '脱硫煤部分实收，文件以元计 (received)';
COMMENT ON COLUMN staging.settlement.subsidy_accrued_fen IS '国家补贴应收，文件以元计 (state subsidy, accrued)';
COMMENT ON COLUMN staging.settlement.subsidy_received_fen IS '国家补贴实收，文件以元计 (received)';
COMMENT ON COLUMN staging.settlement.received_on IS '到账日期 YYYYMMDD (received on)';

CREATE TABLE staging.allocation (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    village_code text NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    carried_in_fen bigint NOT NULL,
    revenue_fen bigint NOT NULL,
    post_wages_fen bigint NOT NULL,
    public_works_fen bigint NOT NULL,
    land_rent_fen bigint NOT NULL,
    operation_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    carried_over_fen bigint NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.allocation OWNER TO steppe_loader;
COMMENT ON TABLE staging.allocation IS '村集体收益分配 (allocation of the revenue by the village): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.allocation.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.allocation.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.allocation.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.allocation.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.allocation.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.allocation.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.allocation.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.allocation.village_code IS '村代码，12 位 (village)';
COMMENT ON COLUMN staging.allocation.region_code IS '所在旗县 (banner)';
COMMENT ON COLUMN staging.allocation.month IS '分配年月 YYYYMM (month)';
COMMENT ON COLUMN staging.allocation.carried_in_fen IS '上期结转，文件以元计 (carried in)';
COMMENT ON COLUMN staging.allocation.revenue_fen IS '本期到账收益，文件以元计 (revenue that reached the village)';
COMMENT ON COLUMN staging.allocation.post_wages_fen IS '公益岗工资，文件以元计 (wages of welfare posts)';
COMMENT ON COLUMN staging.allocation.public_works_fen IS '小型公益事业，文件以元计 (public works)';
COMMENT ON COLUMN staging.allocation.land_rent_fen IS '土地租金，文件以元计 (land rent)';
COMMENT ON COLUMN staging.allocation.operation_fen IS '运维费用，文件以元计 (operation and maintenance)';
COMMENT ON COLUMN staging.allocation.other_fen IS '奖励补助等其他，文件以元计 (other)';
COMMENT ON COLUMN staging.allocation.carried_over_fen IS '结转下期，文件以元计 (carried over)';

CREATE TABLE staging.post (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    village_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text NOT NULL,
    month date NOT NULL,
    post_type text NOT NULL,
    days_worked integer NOT NULL,
    wage_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    paid_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.post OWNER TO steppe_loader;
COMMENT ON TABLE staging.post IS '光伏收益支付的公益岗 (welfare post paid by PV revenue): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.post.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.post.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.post.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.post.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.post.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.post.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.post.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.post.village_code IS '设岗村代码，12 位 (village)';
COMMENT ON COLUMN staging.post.region_code IS '所在旗县 (banner)';
COMMENT ON COLUMN staging.post.id_number IS '在岗人证件号码 (ID number of the holder)';
COMMENT ON COLUMN staging.post.name IS '在岗人姓名 (name of the holder)';
COMMENT ON COLUMN staging.post.month IS '所属年月 YYYYMM (month)';
COMMENT ON COLUMN staging.post.post_type IS '岗位类型 (kind of post)';
COMMENT ON COLUMN staging.post.days_worked IS '出勤天数 (days worked)';
COMMENT ON COLUMN staging.post.wage_fen IS '应发工资，文件以元计 (wage due)';
COMMENT ON COLUMN staging.post.paid_fen IS '实发工资，文件以元计 (wage paid)';
COMMENT ON COLUMN staging.post.paid_on IS '发放日期 YYYYMMDD (paid on)';

CREATE TABLE staging.employer_unit (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    uscc text NOT NULL,
    region_code text NOT NULL,
    unit_name text NOT NULL,
    industry text NOT NULL,
    payment_status text NOT NULL,
    employee_count integer NOT NULL,
    registered_on date NOT NULL
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.employer_unit OWNER TO steppe_loader;
COMMENT ON TABLE staging.employer_unit IS '参保单位 (insured employer): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.employer_unit.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.employer_unit.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.employer_unit.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.employer_unit.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.employer_unit.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.employer_unit.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.employer_unit.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.employer_unit.uscc IS '统一社会信用代码 GB 32100';
COMMENT ON COLUMN staging.employer_unit.region_code IS '参保地旗县区划代码 (banner of insurance)';
COMMENT ON COLUMN staging.employer_unit.unit_name IS '单位名称 (name of the employer)';
COMMENT ON COLUMN staging.employer_unit.industry IS '行业门类 (industry)';
COMMENT ON COLUMN staging.employer_unit.payment_status IS '单位缴费状态 (status)';
COMMENT ON COLUMN staging.employer_unit.employee_count IS '参保职工人数 (insured staff)';
COMMENT ON COLUMN staging.employer_unit.registered_on IS '参保登记日期 YYYYMMDD (registered on)';

CREATE TABLE staging.enrollment (
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
    scheme text NOT NULL,
    uscc text,
    first_enrolled_month date NOT NULL,
    person_status text NOT NULL,
    payment_status text NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    died_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.enrollment OWNER TO steppe_loader;
COMMENT ON TABLE staging.enrollment IS '个人参保登记 (enrolment of a person in a scheme): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.enrollment.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.enrollment.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.enrollment.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.enrollment.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.enrollment.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.enrollment.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.enrollment.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.enrollment.id_number IS '证件号码 (ID number)';
COMMENT ON COLUMN staging.enrollment.name IS '姓名 (name)';
COMMENT ON COLUMN staging.enrollment.region_code IS '参保地旗县区划代码 (banner of insurance)';
COMMENT ON COLUMN staging.enrollment.scheme IS '险种 (scheme)';
COMMENT ON COLUMN staging.enrollment.uscc IS '参保单位，居民险种为空 (employer; empty for resident schemes)';
COMMENT ON COLUMN staging.enrollment.first_enrolled_month IS '首次参保年月 YYYYMM (first enrolled)';
COMMENT ON COLUMN staging.enrollment.person_status IS '人员参保状态 (status of the person)';
COMMENT ON COLUMN staging.enrollment.payment_status IS '缴费状态 (status of payment)';
COMMENT ON COLUMN staging.enrollment.started_on IS '本次参保开始 YYYYMMDD (current enrolment from)';
COMMENT ON COLUMN staging.enrollment.ended_on IS '本次参保终止，在保为空 (until; empty while insured)';
COMMENT ON COLUMN staging.enrollment.died_on IS '死亡日期 (date of death)';

CREATE TABLE staging.contribution (
    delivery_id bigint NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    row_hash bigint NOT NULL,
    key_hash bigint NOT NULL,
    failed_critical bigint NOT NULL CHECK (failed_critical = 0),
    failed_warning bigint NOT NULL,
    id_number text NOT NULL,
    region_code text NOT NULL,
    scheme text NOT NULL,
    uscc text,
    settled_month date NOT NULL,
    due_month date NOT NULL,
    base_fen bigint NOT NULL,
    employer_due_fen bigint NOT NULL,
    person_due_fen bigint NOT NULL,
    employer_paid_fen bigint NOT NULL,
    person_paid_fen bigint NOT NULL,
    is_received boolean NOT NULL,
    received_on date
) PARTITION BY LIST (delivery_id);
ALTER TABLE staging.contribution OWNER TO steppe_loader;
COMMENT ON TABLE staging.contribution IS '缴费明细 (contribution): accepted new or changed rows of deliveries in work 待发布行';
COMMENT ON COLUMN staging.contribution.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.contribution.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.contribution.row_ctid IS 'Place of the row in its raw partition; with the stream, the identity of the row 原始行位置';
COMMENT ON COLUMN staging.contribution.row_hash IS 'hash_record_extended over all delivered columns as text 行摘要';
COMMENT ON COLUMN staging.contribution.key_hash IS 'hashtextextended of the normalised key columns joined by | 主键摘要';
COMMENT ON COLUMN staging.contribution.failed_critical IS 'Bitmap of critical rules broken; 0 for whatever is attached 未通过的严重规则';
COMMENT ON COLUMN staging.contribution.failed_warning IS 'Bitmap of warnings, by position in the suite 警示规则';
COMMENT ON COLUMN staging.contribution.id_number IS '证件号码 (ID number)';
COMMENT ON COLUMN staging.contribution.region_code IS '参保地旗县区划代码 (banner of insurance)';
COMMENT ON COLUMN staging.contribution.scheme IS '险种 (scheme)';
COMMENT ON COLUMN staging.contribution.uscc IS '缴费单位，居民险种为空 (employer; empty for resident schemes)';
COMMENT ON COLUMN staging.contribution.settled_month IS '结算年月 YYYYMM (month of settlement)';
COMMENT ON COLUMN staging.contribution.due_month IS '应缴所属年月 YYYYMM (month the contribution is for)';
COMMENT ON COLUMN staging.contribution.base_fen IS '缴费基数，文件以元计 (contribution base)';
COMMENT ON COLUMN staging.contribution.employer_due_fen IS '单位应缴，文件以元计 (due from the employer)';
COMMENT ON COLUMN staging.contribution.person_due_fen IS '个人应缴，文件以元计 (due from the person)';
COMMENT ON COLUMN staging.contribution.employer_paid_fen IS '单位实缴，文件以元计 (paid by the employer)';
COMMENT ON COLUMN staging.contribution.person_paid_fen IS '个人实缴，文件以元计 (paid by the person)';
COMMENT ON COLUMN staging.contribution.is_received IS '是否到账 (received)';
COMMENT ON COLUMN staging.contribution.received_on IS '到账日期 YYYYMMDD (received on)';

-- Grain: one row per delivered row, exact repeats included; with stream -1 also known keys that quarantined rows hide (present/*.sql).
CREATE TABLE staging.seen (
    delivery_id bigint NOT NULL,
    resource text NOT NULL COLLATE "C",
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    key_hash bigint
) PARTITION BY RANGE (delivery_id, resource);
ALTER TABLE staging.seen OWNER TO steppe_loader;
COMMENT ON TABLE staging.seen IS 'Keys of every delivered row, whatever became of it: a key that is not here is absent 报送主键';
COMMENT ON COLUMN staging.seen.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.seen.resource IS 'Resource 资源';
COMMENT ON COLUMN staging.seen.stream IS 'Byte range of the file that the row came by; -1 for a known key that a quarantined row hides 流';
COMMENT ON COLUMN staging.seen.row_ctid IS 'Place of the row in its raw partition 原始行位置';
COMMENT ON COLUMN staging.seen.key_hash IS 'Hash of the normalised key, as in the warehouse target; NULL when a part of the key is missing 主键摘要';

-- Small: what one row alone cannot show. The staging SELECTs look rows up here instead of using windows, which would not run in parallel.
CREATE UNLOGGED TABLE staging.conflict (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('repeated_key', 'orphan', 'overlap', 'dead', 'shares', 'two_posts')),
    key_hash bigint NOT NULL,
    PRIMARY KEY (delivery_id, resource, kind, key_hash)
);
ALTER TABLE staging.conflict OWNER TO steppe_loader;
COMMENT ON TABLE staging.conflict IS 'Keys of rows that contradict another row of the delivery; always judged anew 相互矛盾的行';
COMMENT ON COLUMN staging.conflict.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.conflict.resource IS 'Resource 资源';
COMMENT ON COLUMN staging.conflict.kind IS 'repeated_key, orphan (refers to nothing), overlap (spells), dead (paid after death), shares (of a station), two_posts (of a person) 矛盾类别';
COMMENT ON COLUMN staging.conflict.key_hash IS 'Hash of the normalised key 主键摘要';

CREATE UNLOGGED TABLE staging.duplicate (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    stream smallint NOT NULL,
    row_ctid tid NOT NULL,
    PRIMARY KEY (delivery_id, resource, stream, row_ctid)
);
ALTER TABLE staging.duplicate OWNER TO steppe_loader;
COMMENT ON TABLE staging.duplicate IS 'Rows that repeat an earlier row of the file exactly; counted, not judged 完全重复的行';
COMMENT ON COLUMN staging.duplicate.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN staging.duplicate.resource IS 'Resource 资源';
COMMENT ON COLUMN staging.duplicate.stream IS 'Byte range of the file that the row came by 流';
COMMENT ON COLUMN staging.duplicate.row_ctid IS 'Place of the row in its raw partition 原始行位置';
