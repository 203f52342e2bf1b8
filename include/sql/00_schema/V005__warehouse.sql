-- Warehouse: what was true, and when we knew it. No name, ID number, phone or day of birth. Rerun: once.
-- Every table that deliveries publish into is bitemporal: content and validity of a row never change, only known_to is set, once.
-- It is partitioned by sender, the unit of delivery and of authority: the first delivery of a sender becomes a partition in one
-- parallel CREATE TABLE AS, indexed afterwards, and senders never wait for each other's indexes.
-- A version is "known now" while known_to is infinity; it holds at month P when valid_from <= P < valid_to. Two versions of one key
-- that are known now never hold at the same month: the publisher splits them, and the unique index keeps their starts apart.
-- No foreign key to ops.delivery or ops.region here: a million row triggers cost more than the load, the gate has judged both.


-- Grain: one row per household, month range in which a version held, and range in which it was known. Published from staging.household.
CREATE TABLE warehouse.dim_household (
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
    has_phone boolean NOT NULL,
    income_per_head_fen bigint,
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
ALTER TABLE warehouse.dim_household OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_household IS 'Registered households 建档立卡户';
COMMENT ON COLUMN warehouse.dim_household.household_id IS 'Household number of the register 户编号';
COMMENT ON COLUMN warehouse.dim_household.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.dim_household.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.dim_household.village_name IS 'Village name 行政村';
COMMENT ON COLUMN warehouse.dim_household.register_year IS 'Year of the register 年度';
COMMENT ON COLUMN warehouse.dim_household.standard IS 'Standard of identification: national, province, city 识别标准';
COMMENT ON COLUMN warehouse.dim_household.household_type IS 'Kind of household 贫困户属性';
COMMENT ON COLUMN warehouse.dim_household.poverty_cause IS 'Main cause of poverty 主要致贫原因';
COMMENT ON COLUMN warehouse.dim_household.poverty_status IS 'poor, lifted, to_be_lifted or returned 脱贫标志';
COMMENT ON COLUMN warehouse.dim_household.member_count IS 'Members 家庭人口数';
COMMENT ON COLUMN warehouse.dim_household.has_phone IS 'Whether a phone number is on file 是否有联系电话';
COMMENT ON COLUMN warehouse.dim_household.income_per_head_fen IS 'Net income per head and year, fen 人均纯收入（分）';
COMMENT ON COLUMN warehouse.dim_household.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_household.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_household.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_household.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_household.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_household.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_household.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_household.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_household.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_household_known ON warehouse.dim_household (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per person and sender, month range in which a version held, and range in which it was known. Published from staging.person.
CREATE TABLE warehouse.dim_person (
    person_key uuid NOT NULL,
    person_id text NOT NULL,
    household_id text NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    sex text NOT NULL,
    birth_year smallint NOT NULL,
    relation text NOT NULL,
    ethnicity text NOT NULL,
    education text NOT NULL,
    student_status text NOT NULL,
    health text NOT NULL,
    labour_ability text NOT NULL,
    work_place_class text,
    months_worked integer,
    life_status text NOT NULL,
    has_employee_pension boolean NOT NULL,
    has_resident_pension boolean NOT NULL,
    has_illness_insurance boolean NOT NULL,
    has_minimum_living boolean NOT NULL,
    has_phone boolean NOT NULL,
    willing_to_go text NOT NULL,
    change_type text,
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
ALTER TABLE warehouse.dim_person OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_person IS 'Registered persons, without name, ID number, phone or day of birth 建档立卡人员';
COMMENT ON COLUMN warehouse.dim_person.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.dim_person.person_id IS 'Number in the source system 人编号';
COMMENT ON COLUMN warehouse.dim_person.household_id IS 'Household 户编号';
COMMENT ON COLUMN warehouse.dim_person.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.dim_person.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.dim_person.sex IS 'male or female 性别';
COMMENT ON COLUMN warehouse.dim_person.birth_year IS 'Year of birth 出生年';
COMMENT ON COLUMN warehouse.dim_person.relation IS 'Relation to the head of household 与户主关系';
COMMENT ON COLUMN warehouse.dim_person.ethnicity IS 'Ethnic group, GB/T 3304 民族';
COMMENT ON COLUMN warehouse.dim_person.education IS 'Education 文化程度';
COMMENT ON COLUMN warehouse.dim_person.student_status IS 'not_student, compulsory, senior or higher 在校生状况';
COMMENT ON COLUMN warehouse.dim_person.health IS 'Health 健康状况';
COMMENT ON COLUMN warehouse.dim_person.labour_ability IS 'ordinary, skilled, lost or none 劳动技能';
COMMENT ON COLUMN warehouse.dim_person.work_place_class IS 'Where the register says the person works; NULL when not working 务工情况';
COMMENT ON COLUMN warehouse.dim_person.months_worked IS 'Months worked this year by the register, 0 to 12 务工月数';
COMMENT ON COLUMN warehouse.dim_person.life_status IS 'alive, dead or missing 生存状态';
COMMENT ON COLUMN warehouse.dim_person.has_employee_pension IS 'In the employee pension scheme, by the register 职工养老';
COMMENT ON COLUMN warehouse.dim_person.has_resident_pension IS 'In the resident pension scheme, by the register 城乡养老';
COMMENT ON COLUMN warehouse.dim_person.has_illness_insurance IS 'In the serious-illness insurance 大病保险';
COMMENT ON COLUMN warehouse.dim_person.has_minimum_living IS 'Draws the minimum living allowance 低保';
COMMENT ON COLUMN warehouse.dim_person.has_phone IS 'Whether a phone number is on file 是否有联系电话';
COMMENT ON COLUMN warehouse.dim_person.willing_to_go IS 'Willing to go out for work: willing, unwilling, unable or unknown 外出意愿';
COMMENT ON COLUMN warehouse.dim_person.change_type IS 'Kind of change; NULL when none 人员变更';
COMMENT ON COLUMN warehouse.dim_person.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_person.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_person.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_person.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_person.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_person.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_person.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_person.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_person.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_person_known ON warehouse.dim_person (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per spell, month range in which the register told it so, and range in which it was known. Published from staging.employment.
CREATE TABLE warehouse.fct_employment_spell (
    spell_id text NOT NULL,
    person_key uuid NOT NULL,
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
    verified_on date,
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
ALTER TABLE warehouse.fct_employment_spell OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_employment_spell IS 'Work spells as the register tells them 务工记录';
COMMENT ON COLUMN warehouse.fct_employment_spell.spell_id IS 'Number of the spell 务工编号';
COMMENT ON COLUMN warehouse.fct_employment_spell.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_employment_spell.region_code IS '户籍旗县 (home banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_employment_spell.started_on IS 'First day 开始日期';
COMMENT ON COLUMN warehouse.fct_employment_spell.ended_on IS 'Last day; NULL while it goes on 结束日期';
COMMENT ON COLUMN warehouse.fct_employment_spell.work_place_class IS 'within_township, within_county, within_province, other_province or other 就业地域';
COMMENT ON COLUMN warehouse.fct_employment_spell.work_region_code IS 'Place of work, county level, GB/T 2260 务工地点';
COMMENT ON COLUMN warehouse.fct_employment_spell.employer_name IS 'Employer 务工单位';
COMMENT ON COLUMN warehouse.fct_employment_spell.employer_uscc IS 'Employer code, GB 32100 统一社会信用代码';
COMMENT ON COLUMN warehouse.fct_employment_spell.industry IS 'Industry, GB/T 4754 行业';
COMMENT ON COLUMN warehouse.fct_employment_spell.channel IS 'How the work was found 就业渠道';
COMMENT ON COLUMN warehouse.fct_employment_spell.is_organised IS 'Organised labour export 有组织输出';
COMMENT ON COLUMN warehouse.fct_employment_spell.contract_signed_on IS 'Contract signed on 签订合同日期';
COMMENT ON COLUMN warehouse.fct_employment_spell.monthly_wage_fen IS 'Monthly wage, fen 月工资（分）';
COMMENT ON COLUMN warehouse.fct_employment_spell.verification IS 'self_report, call_back or employer 核实方式';
COMMENT ON COLUMN warehouse.fct_employment_spell.verified_on IS 'Verified on 核实日期';
COMMENT ON COLUMN warehouse.fct_employment_spell.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.fct_employment_spell.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.fct_employment_spell.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_employment_spell.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_employment_spell.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_employment_spell.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_employment_spell.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_employment_spell.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_employment_spell.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_employment_spell_known ON warehouse.fct_employment_spell (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per employer and sender, month range in which a version held, and range in which it was known. Published from staging.employer_unit.
CREATE TABLE warehouse.dim_employer (
    uscc text NOT NULL,
    region_code text NOT NULL,
    unit_name text NOT NULL,
    industry text NOT NULL,
    payment_status text NOT NULL,
    employee_count integer NOT NULL,
    registered_on date NOT NULL,
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
ALTER TABLE warehouse.dim_employer OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_employer IS 'Insured employers 参保单位';
COMMENT ON COLUMN warehouse.dim_employer.uscc IS 'Employer code, GB 32100 统一社会信用代码';
COMMENT ON COLUMN warehouse.dim_employer.region_code IS '参保地旗县 (banner of insurance) 区划代码';
COMMENT ON COLUMN warehouse.dim_employer.unit_name IS 'Name 单位名称';
COMMENT ON COLUMN warehouse.dim_employer.industry IS 'Industry, GB/T 4754 行业';
COMMENT ON COLUMN warehouse.dim_employer.payment_status IS 'active, paused or ended 缴费状态';
COMMENT ON COLUMN warehouse.dim_employer.employee_count IS 'Insured staff 职工人数';
COMMENT ON COLUMN warehouse.dim_employer.registered_on IS 'Registered on 登记日期';
COMMENT ON COLUMN warehouse.dim_employer.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_employer.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_employer.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_employer.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_employer.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_employer.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_employer.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_employer.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_employer.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_employer_known ON warehouse.dim_employer (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per person and scheme, month range in which a version held, and range in which it was known. Published from staging.enrollment.
CREATE TABLE warehouse.fct_enrollment (
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    scheme text NOT NULL,
    uscc text,
    first_enrolled_month date NOT NULL,
    person_status text NOT NULL,
    payment_status text NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    is_deceased boolean NOT NULL,
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
ALTER TABLE warehouse.fct_enrollment OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_enrollment IS 'Enrolments of persons in insurance schemes 参保登记';
COMMENT ON COLUMN warehouse.fct_enrollment.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_enrollment.region_code IS '参保地旗县 (banner of insurance) 区划代码';
COMMENT ON COLUMN warehouse.fct_enrollment.scheme IS 'Scheme 险种';
COMMENT ON COLUMN warehouse.fct_enrollment.uscc IS 'Employer; NULL for resident schemes 参保单位';
COMMENT ON COLUMN warehouse.fct_enrollment.first_enrolled_month IS 'Month first enrolled 首次参保年月';
COMMENT ON COLUMN warehouse.fct_enrollment.person_status IS 'active, paused or ended 人员参保状态';
COMMENT ON COLUMN warehouse.fct_enrollment.payment_status IS 'active, paused or ended 缴费状态';
COMMENT ON COLUMN warehouse.fct_enrollment.started_on IS 'Current enrolment from 本次开始日期';
COMMENT ON COLUMN warehouse.fct_enrollment.ended_on IS 'Current enrolment until; NULL while insured 本次终止日期';
COMMENT ON COLUMN warehouse.fct_enrollment.is_deceased IS 'Whether insurance has a date of death; the date itself stays out 是否已故';
COMMENT ON COLUMN warehouse.fct_enrollment.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.fct_enrollment.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.fct_enrollment.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_enrollment.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_enrollment.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_enrollment.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_enrollment.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_enrollment.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_enrollment.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_enrollment_known ON warehouse.fct_enrollment (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per person, scheme and month due, and range in which it was known. Published from staging.contribution.
CREATE TABLE warehouse.fct_insurance_month (
    person_key uuid NOT NULL,
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
    received_on date,
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
ALTER TABLE warehouse.fct_insurance_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_insurance_month IS 'Insurance contributions 缴费明细';
COMMENT ON COLUMN warehouse.fct_insurance_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_insurance_month.region_code IS '参保地旗县 (banner of insurance) 区划代码';
COMMENT ON COLUMN warehouse.fct_insurance_month.scheme IS 'Scheme 险种';
COMMENT ON COLUMN warehouse.fct_insurance_month.uscc IS 'Employer; NULL for resident schemes 缴费单位';
COMMENT ON COLUMN warehouse.fct_insurance_month.settled_month IS 'Month of settlement 结算年月';
COMMENT ON COLUMN warehouse.fct_insurance_month.due_month IS 'Month the contribution is for 应缴年月';
COMMENT ON COLUMN warehouse.fct_insurance_month.base_fen IS 'Contribution base, fen 缴费基数（分）';
COMMENT ON COLUMN warehouse.fct_insurance_month.employer_due_fen IS 'Due from the employer, fen 单位应缴（分）';
COMMENT ON COLUMN warehouse.fct_insurance_month.person_due_fen IS 'Due from the person, fen 个人应缴（分）';
COMMENT ON COLUMN warehouse.fct_insurance_month.employer_paid_fen IS 'Paid by the employer, fen 单位实缴（分）';
COMMENT ON COLUMN warehouse.fct_insurance_month.person_paid_fen IS 'Paid by the person, fen 个人实缴（分）';
COMMENT ON COLUMN warehouse.fct_insurance_month.is_received IS 'Received 到账标志';
COMMENT ON COLUMN warehouse.fct_insurance_month.received_on IS 'Received on 到账日期';
COMMENT ON COLUMN warehouse.fct_insurance_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_insurance_month.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_insurance_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_insurance_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_insurance_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_insurance_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_insurance_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_insurance_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_insurance_month_known ON warehouse.fct_insurance_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per station and village with a share, month range in which a version held, and range in which it was known. Published from staging.station.
CREATE TABLE warehouse.dim_pv_station (
    station_code text NOT NULL,
    village_code text NOT NULL,
    region_code text NOT NULL,
    village_name text NOT NULL,
    station_name text NOT NULL,
    station_type text NOT NULL,
    capacity_kw numeric NOT NULL,
    share_percent numeric NOT NULL,
    tariff_fen_per_kwh bigint NOT NULL,
    grid_connected_on date NOT NULL,
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
ALTER TABLE warehouse.dim_pv_station OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_pv_station IS 'Village PV stations with the share of each village 光伏电站';
COMMENT ON COLUMN warehouse.dim_pv_station.station_code IS 'Station 电站编号';
COMMENT ON COLUMN warehouse.dim_pv_station.village_code IS 'Village with a share, 12 digits 受益村代码';
COMMENT ON COLUMN warehouse.dim_pv_station.region_code IS '所在旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.dim_pv_station.village_name IS 'Village name 行政村';
COMMENT ON COLUMN warehouse.dim_pv_station.station_name IS 'Station name 电站名称';
COMMENT ON COLUMN warehouse.dim_pv_station.station_type IS 'village or joint 电站类型';
COMMENT ON COLUMN warehouse.dim_pv_station.capacity_kw IS 'Installed capacity of the whole station, kW 装机容量（千瓦）';
COMMENT ON COLUMN warehouse.dim_pv_station.share_percent IS 'Share of the village, per cent; 100 over all villages of the station 份额（百分数）';
COMMENT ON COLUMN warehouse.dim_pv_station.tariff_fen_per_kwh IS 'Tariff incl. tax, fen per kWh 上网电价（分/千瓦时）';
COMMENT ON COLUMN warehouse.dim_pv_station.grid_connected_on IS 'Connected on 并网日期';
COMMENT ON COLUMN warehouse.dim_pv_station.valid_from IS 'First month for which the version holds 有效起月';
COMMENT ON COLUMN warehouse.dim_pv_station.valid_to IS 'First month for which it holds no longer; infinity while it holds 有效止月';
COMMENT ON COLUMN warehouse.dim_pv_station.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.dim_pv_station.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.dim_pv_station.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.dim_pv_station.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.dim_pv_station.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.dim_pv_station.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.dim_pv_station.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX dim_pv_station_known ON warehouse.dim_pv_station (key_hash, valid_from, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per station and month, and range in which it was known. Published from staging.settlement.
CREATE TABLE warehouse.fct_pv_settlement_month (
    station_code text NOT NULL,
    region_code text NOT NULL,
    month date NOT NULL,
    generation_kwh numeric NOT NULL,
    coal_accrued_fen bigint NOT NULL,
    coal_received_fen bigint NOT NULL,
    subsidy_accrued_fen bigint NOT NULL,
    subsidy_received_fen bigint NOT NULL,
    received_on date,
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
ALTER TABLE warehouse.fct_pv_settlement_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_pv_settlement_month IS 'Electricity settled with the grid company 电费结算';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.station_code IS 'Station 电站编号';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.region_code IS '所在旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.month IS 'Month of generation 结算年月';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.generation_kwh IS 'Energy fed in, kWh 上网电量（千瓦时）';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.coal_accrued_fen IS 'Coal-benchmark part, accrued, fen 脱硫煤电费应收（分）';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.coal_received_fen IS 'Coal-benchmark part, received, fen 脱硫煤电费实收（分）';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.subsidy_accrued_fen IS 'State subsidy, accrued, fen 补贴应收（分）';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.subsidy_received_fen IS 'State subsidy, received, fen 补贴实收（分）';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.received_on IS 'Received on 到账日期';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_pv_settlement_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_pv_settlement_month_known ON warehouse.fct_pv_settlement_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per village and month, and range in which it was known. Published from staging.allocation.
CREATE TABLE warehouse.fct_pv_allocation_month (
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
    carried_over_fen bigint NOT NULL,
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
ALTER TABLE warehouse.fct_pv_allocation_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_pv_allocation_month IS 'How a village allocated its PV revenue 收益分配';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.region_code IS '所在旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.month IS 'Month 分配年月';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.carried_in_fen IS 'Carried in, fen 上期结转（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.revenue_fen IS 'Revenue that reached the village, fen 到账收益（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.post_wages_fen IS 'Wages of welfare posts, fen 公益岗工资（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.public_works_fen IS 'Public works, fen 公益事业（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.land_rent_fen IS 'Land rent, fen 土地租金（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.operation_fen IS 'Operation and maintenance, fen 运维费用（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.other_fen IS 'Other, fen 其他支出（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.carried_over_fen IS 'Carried over, fen 结转下期（分）';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_pv_allocation_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_pv_allocation_month_known ON warehouse.fct_pv_allocation_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per village, holder and month, and range in which it was known. Published from staging.post.
CREATE TABLE warehouse.fct_pv_post_month (
    village_code text NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    month date NOT NULL,
    post_type text NOT NULL,
    days_worked integer NOT NULL,
    wage_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    paid_on date,
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
ALTER TABLE warehouse.fct_pv_post_month OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.fct_pv_post_month IS 'Welfare posts paid from PV revenue 光伏公益岗';
COMMENT ON COLUMN warehouse.fct_pv_post_month.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.fct_pv_post_month.region_code IS '所在旗县 (banner) 区划代码';
COMMENT ON COLUMN warehouse.fct_pv_post_month.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN warehouse.fct_pv_post_month.month IS 'Month 发放年月';
COMMENT ON COLUMN warehouse.fct_pv_post_month.post_type IS 'Kind of post 岗位类型';
COMMENT ON COLUMN warehouse.fct_pv_post_month.days_worked IS 'Days worked 出勤天数';
COMMENT ON COLUMN warehouse.fct_pv_post_month.wage_fen IS 'Wage due, fen 应发工资（分）';
COMMENT ON COLUMN warehouse.fct_pv_post_month.paid_fen IS 'Wage paid, fen 实发工资（分）';
COMMENT ON COLUMN warehouse.fct_pv_post_month.paid_on IS 'Paid on 发放日期';
COMMENT ON COLUMN warehouse.fct_pv_post_month.period IS 'Month of the delivery that brought the key 报送月份';
COMMENT ON COLUMN warehouse.fct_pv_post_month.sender_code IS 'League, banner or city that delivered the row 报送单位';
COMMENT ON COLUMN warehouse.fct_pv_post_month.delivery_id IS 'Delivery that brought this content 批次号';
COMMENT ON COLUMN warehouse.fct_pv_post_month.row_hash IS 'Hash of the delivered row, to tell what changed; closed to analysts 行摘要';
COMMENT ON COLUMN warehouse.fct_pv_post_month.key_hash IS 'Hash of the delivered key; closed to analysts, because keys may hold an ID number 主键摘要';
COMMENT ON COLUMN warehouse.fct_pv_post_month.rule_set_digest IS 'hashtextextended of the digest of rules, code lists and references that accepted it 规则集摘要';
COMMENT ON COLUMN warehouse.fct_pv_post_month.known_from IS 'When this version became known; equals published_at of its publication 知悉起';
COMMENT ON COLUMN warehouse.fct_pv_post_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';
CREATE UNIQUE INDEX fct_pv_post_month_known ON warehouse.fct_pv_post_month (key_hash, region_code, sender_code) WHERE known_to = 'infinity';

-- Grain: one row per person and sender that names him; written by the publisher, read by the auditor. The token is computed outside the
-- server with a key that never reaches it. A person two senders name has one token and two rows.
CREATE TABLE vault.identity (
    person_key uuid NOT NULL,
    sender_code text NOT NULL,
    region_code text NOT NULL,
    id_number text NOT NULL,
    name text,
    phone text,
    birth_date date,
    delivery_id bigint NOT NULL
) PARTITION BY LIST (sender_code);
ALTER TABLE vault.identity OWNER TO steppe_loader;
GRANT CREATE ON SCHEMA vault TO steppe_loader;
CREATE UNIQUE INDEX identity_by_person ON vault.identity (person_key, sender_code);
CREATE UNIQUE INDEX identity_by_number ON vault.identity (id_number, sender_code);
COMMENT ON TABLE vault.identity IS 'Who a person token stands for, as each sender last told it; closed to analysts 身份对照';
COMMENT ON COLUMN vault.identity.person_key IS 'Person token: first 16 bytes of the HMAC-SHA256 of the ID number 人员标识';
COMMENT ON COLUMN vault.identity.sender_code IS 'Sender that named the person 报送单位';
COMMENT ON COLUMN vault.identity.region_code IS 'Banner under which he was named 区划代码';
COMMENT ON COLUMN vault.identity.id_number IS 'Normalised ID number 证件号码';
COMMENT ON COLUMN vault.identity.name IS 'Name as last told; NULL when no delivery told it 姓名';
COMMENT ON COLUMN vault.identity.phone IS 'Phone as last told by the register 联系电话';
COMMENT ON COLUMN vault.identity.birth_date IS 'Date of birth as last told by the register 出生日期';
COMMENT ON COLUMN vault.identity.delivery_id IS 'Delivery that last changed the row 批次号';

-- Grain: one row per region, league or banner. From ops.region.
CREATE TABLE warehouse.dim_region (
    region_code text PRIMARY KEY,
    region_name text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner')),
    league_code text,
    league_name text,
    sender_code text
);
ALTER TABLE warehouse.dim_region OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_region IS 'Region, leagues and banners, one row each with the league above 行政区划维';
COMMENT ON COLUMN warehouse.dim_region.region_code IS 'Six-digit code, GB/T 2260 区划代码';
COMMENT ON COLUMN warehouse.dim_region.region_name IS 'Name 名称';
COMMENT ON COLUMN warehouse.dim_region.level IS 'region, league or banner 层级';
COMMENT ON COLUMN warehouse.dim_region.league_code IS 'League of a banner; a league is its own; NULL for the region 所属盟市代码';
COMMENT ON COLUMN warehouse.dim_region.league_name IS 'Name of that league 所属盟市';
COMMENT ON COLUMN warehouse.dim_region.sender_code IS 'Who delivers for this banner 报送单位';

-- Grain: one row per day of every year that a delivery or a target speaks of.
CREATE TABLE warehouse.dim_date (
    day date PRIMARY KEY,
    month date NOT NULL,
    quarter smallint NOT NULL CHECK (quarter BETWEEN 1 AND 4),
    year smallint NOT NULL,
    month_of_year smallint NOT NULL CHECK (month_of_year BETWEEN 1 AND 12),
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    is_month_end boolean NOT NULL
);
ALTER TABLE warehouse.dim_date OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.dim_date IS 'Calendar, Asia/Shanghai 日期维';
COMMENT ON COLUMN warehouse.dim_date.day IS 'Day 日期';
COMMENT ON COLUMN warehouse.dim_date.month IS 'First day of its month 月份';
COMMENT ON COLUMN warehouse.dim_date.quarter IS 'Quarter, 1 to 4 季度';
COMMENT ON COLUMN warehouse.dim_date.year IS 'Year 年度';
COMMENT ON COLUMN warehouse.dim_date.month_of_year IS 'Month, 1 to 12 月';
COMMENT ON COLUMN warehouse.dim_date.weekday IS 'Weekday, Monday is 1 星期';
COMMENT ON COLUMN warehouse.dim_date.is_month_end IS 'Last day of its month (C7.3 looks for spikes there) 是否月末';

-- Grain: one row per village and range in which this was known. From households and stations known now.
CREATE TABLE warehouse.dim_village (
    village_code text NOT NULL CHECK (village_code ~ '^[0-9]{12}$'),
    region_code text NOT NULL,
    village_name text NOT NULL,
    has_pv_share boolean NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    PRIMARY KEY (village_code, region_code, known_from),
    CHECK (known_from < known_to)
);
ALTER TABLE warehouse.dim_village OWNER TO steppe_loader;
CREATE UNIQUE INDEX dim_village_known ON warehouse.dim_village (village_code, region_code) WHERE known_to = 'infinity';
COMMENT ON TABLE warehouse.dim_village IS 'Villages (嘎查村) that households or PV stations name 行政村维';
COMMENT ON COLUMN warehouse.dim_village.village_code IS 'Twelve-digit code 行政村代码';
COMMENT ON COLUMN warehouse.dim_village.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN warehouse.dim_village.village_name IS 'Name 行政村';
COMMENT ON COLUMN warehouse.dim_village.has_pv_share IS 'Whether a PV station serves it 是否有光伏份额';
COMMENT ON COLUMN warehouse.dim_village.known_from IS 'When this version became known 知悉起';
COMMENT ON COLUMN warehouse.dim_village.known_to IS 'When it was superseded; infinity for what is known now 知悉止';

-- Grain: one row per person, home banner and month whose register snapshot was published, and range in which it was known.
-- Derived from dim_person, fct_employment_spell and fct_insurance_month by build. The three *_tier columns say "so far this year".
CREATE TABLE warehouse.fct_employment_month (
    person_key uuid NOT NULL,
    month date NOT NULL,
    region_code text NOT NULL,
    sender_code text NOT NULL,
    village_code text NOT NULL,
    status text NOT NULL,
    place_class text,
    work_region_code text,
    employer_uscc text,
    channel text,
    is_organised boolean NOT NULL,
    labour_ability text NOT NULL,
    willing_to_go text NOT NULL,
    is_employee_insured boolean NOT NULL,
    is_unemployment_insured boolean NOT NULL,
    is_injury_insured boolean NOT NULL,
    is_pension_insured boolean NOT NULL,
    evidence_tier smallint,
    is_out_migrant boolean NOT NULL,
    is_jingmeng_local boolean NOT NULL,
    is_in_beijing boolean NOT NULL,
    out_migration_tier smallint,
    jingmeng_local_tier smallint,
    beijing_tier smallint,
    register_delivery_id bigint NOT NULL,
    spell_delivery_id bigint,
    insurance_delivery_id bigint,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    CHECK (status IN ('employed', 'unemployed', 'not_able', 'student', 'minor', 'retired', 'deceased', 'missing')),
    CHECK ((status = 'employed') = (evidence_tier IS NOT NULL)),
    CHECK (evidence_tier BETWEEN 1 AND 4),
    CHECK (NOT is_out_migrant OR (status = 'employed' AND out_migration_tier IS NOT NULL)),
    CHECK (NOT is_in_beijing OR is_out_migrant),
    CHECK (known_from < known_to)
) PARTITION BY LIST (month);
ALTER TABLE warehouse.fct_employment_month OWNER TO steppe_loader;
CREATE UNIQUE INDEX fct_employment_month_known ON warehouse.fct_employment_month (person_key, region_code, month)
WHERE known_to = 'infinity';
COMMENT ON TABLE warehouse.fct_employment_month IS 'Employment of every registered person, month by month 人员月度就业';
COMMENT ON COLUMN warehouse.fct_employment_month.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN warehouse.fct_employment_month.month IS 'Month 月份';
COMMENT ON COLUMN warehouse.fct_employment_month.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN warehouse.fct_employment_month.sender_code IS 'Sender of the register 报送单位';
COMMENT ON COLUMN warehouse.fct_employment_month.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN warehouse.fct_employment_month.status IS 'employed, unemployed, not_able, student, minor, retired, deceased or missing 就业状态';
COMMENT ON COLUMN warehouse.fct_employment_month.place_class IS 'Where the person works; NULL when not employed or only insurance tells it 就业地域';
COMMENT ON COLUMN warehouse.fct_employment_month.work_region_code IS 'Place of work, county level, from the spell 务工地点';
COMMENT ON COLUMN warehouse.fct_employment_month.employer_uscc IS 'Employer, from the spell or the contribution 务工单位统一社会信用代码';
COMMENT ON COLUMN warehouse.fct_employment_month.channel IS 'How the work was found 就业渠道';
COMMENT ON COLUMN warehouse.fct_employment_month.is_organised IS 'Organised labour export 是否有组织输出';
COMMENT ON COLUMN warehouse.fct_employment_month.labour_ability IS 'ordinary, skilled, lost or none 劳动技能';
COMMENT ON COLUMN warehouse.fct_employment_month.willing_to_go IS 'willing, unwilling, unable or unknown 外出意愿';
COMMENT ON COLUMN warehouse.fct_employment_month.is_employee_insured IS 'An employee scheme was paid for this month 当月职工险种到账';
COMMENT ON COLUMN warehouse.fct_employment_month.is_unemployment_insured IS 'Unemployment insurance was paid for this month 当月失业保险到账';
COMMENT ON COLUMN warehouse.fct_employment_month.is_injury_insured IS 'Work-injury insurance was paid for this month 当月工伤保险到账';
COMMENT ON COLUMN warehouse.fct_employment_month.is_pension_insured IS 'Pension insured by contribution or register 是否参加养老保险';
COMMENT ON COLUMN warehouse.fct_employment_month.evidence_tier IS '1 insurance, 2 employer or contract, 3 call-back, 4 self-report or register; NULL when not employed (C7.2) 证据等级';
COMMENT ON COLUMN warehouse.fct_employment_month.is_out_migrant IS 'Works this month in a place class of parameter out_migration_place_classes 当月是否外出务工';
COMMENT ON COLUMN warehouse.fct_employment_month.is_jingmeng_local IS 'Works this month through 京蒙 cooperation inside the region 当月是否京蒙就近转移';
COMMENT ON COLUMN warehouse.fct_employment_month.is_in_beijing IS 'Works this month in Beijing; a subset of out-migration 当月是否在京';
COMMENT ON COLUMN warehouse.fct_employment_month.out_migration_tier IS 'Best evidence of out-migration this year up to this month; NULL when none 本年外出务工最高证据等级';
COMMENT ON COLUMN warehouse.fct_employment_month.jingmeng_local_tier IS 'The same for 京蒙 local transfer 本年京蒙就近转移最高证据等级';
COMMENT ON COLUMN warehouse.fct_employment_month.beijing_tier IS 'The same for work in Beijing 本年赴京就业最高证据等级';
COMMENT ON COLUMN warehouse.fct_employment_month.register_delivery_id IS 'Delivery that told of the person 人员来源批次';
COMMENT ON COLUMN warehouse.fct_employment_month.spell_delivery_id IS 'Delivery that told of the spell; NULL when none 务工来源批次';
COMMENT ON COLUMN warehouse.fct_employment_month.insurance_delivery_id IS 'Delivery that told of the contribution; NULL when none 参保来源批次';
COMMENT ON COLUMN warehouse.fct_employment_month.known_from IS 'When this version became known 知悉起';
COMMENT ON COLUMN warehouse.fct_employment_month.known_to IS 'When it was superseded; infinity for what is known now 知悉止';

-- How far each step after publication has come: build_warehouse, post_ledgers and publish_marts each handle what was published after
-- their mark and move it in the same transaction, so that a step may run twice, at once, or be killed.
CREATE TABLE ops.step_mark (
    step text PRIMARY KEY CHECK (step IN ('build_warehouse', 'post_ledgers', 'publish_marts')),
    publication_id bigint NOT NULL DEFAULT 0,
    marked_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO ops.step_mark (step) VALUES ('build_warehouse'), ('post_ledgers'), ('publish_marts');
GRANT SELECT, UPDATE ON ops.step_mark TO steppe_loader;
GRANT SELECT ON ops.step_mark TO steppe_analyst, steppe_auditor;
COMMENT ON TABLE ops.step_mark IS 'Last publication that each step after publication has handled 进度标记';
COMMENT ON COLUMN ops.step_mark.step IS 'Step 步骤';
COMMENT ON COLUMN ops.step_mark.publication_id IS 'Last publication handled; 0 before the first 已处理到的发布序号';
COMMENT ON COLUMN ops.step_mark.marked_at IS 'When the mark moved 标记时间';

-- Cells of fct_employment_month that build changed and the marts have not read yet: publish_marts takes them out in its transaction.
CREATE TABLE ops.employment_change (
    sender_code text NOT NULL,
    month date NOT NULL,
    built_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sender_code, month)
);
GRANT SELECT, INSERT, DELETE ON ops.employment_change TO steppe_loader;
GRANT SELECT ON ops.employment_change TO steppe_analyst, steppe_auditor;
COMMENT ON TABLE ops.employment_change IS 'Senders and months of fct_employment_month that the marts have yet to read 待刷新的就业事实';
COMMENT ON COLUMN ops.employment_change.sender_code IS 'Sender of the register 报送单位';
COMMENT ON COLUMN ops.employment_change.month IS 'Month 月份';
COMMENT ON COLUMN ops.employment_change.built_at IS 'When build changed it 变动时间';

-- The nearest region wins: a banner's own row, else its league's, else the region's; of these the newest that is valid on the day.
CREATE FUNCTION ops.parameter_at(wanted text, place text, day date) RETURNS SETOF ops.parameter
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT parameter.*
    FROM ops.parameter AS parameter
    INNER JOIN ops.region AS placed ON placed.region_code = place
    LEFT JOIN ops.region AS above ON placed.parent_code = above.region_code
    WHERE
        parameter.name = wanted AND parameter.valid_from <= day
        AND parameter.region_code IN (placed.region_code, above.region_code, above.parent_code)
    ORDER BY
        parameter.region_code = placed.region_code DESC, parameter.region_code = above.region_code DESC, parameter.valid_from DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION ops.parameter_at(text, text, date) IS 'The row of a parameter that holds for a region on a day; none where there is none 适用参数';
