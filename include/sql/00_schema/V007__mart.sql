-- Marts: tables and views for people. Rerun: once.
-- Tables are filled by refresh_marts; views read the facts as the reader (security_invoker), so that he sees his banners only and
-- lists and counts agree because they are the same rows.

CREATE TABLE mart.target_progress (
    indicator text NOT NULL,
    region_code text NOT NULL,
    region_name text NOT NULL,
    level text NOT NULL,
    year integer NOT NULL,
    month date NOT NULL,
    achieved_persons integer NOT NULL,
    achieved_insured integer NOT NULL,
    achieved_employer integer NOT NULL,
    achieved_call_back integer NOT NULL,
    baseline_persons integer,
    is_baseline_met boolean,
    target_persons integer,
    full_target_persons integer,
    population_scale numeric,
    target_precision_persons integer,
    comparison text,
    is_met boolean,
    is_met_insured boolean,
    is_met_employer boolean,
    is_met_call_back boolean,
    gap_persons integer,
    pace_percent numeric(9, 1),
    projected_persons integer NOT NULL,
    projection_method text NOT NULL,
    senders_expected integer NOT NULL,
    senders_delivered integer NOT NULL,
    register_published_at timestamptz,
    register_oldest_published_at timestamptz,
    insurance_published_at timestamptz,
    definition_status text NOT NULL,
    confirmation text NOT NULL DEFAULT '未确认',
    PRIMARY KEY (indicator, region_code, month),
    CHECK (achieved_insured <= achieved_employer AND achieved_employer <= achieved_call_back AND achieved_call_back <= achieved_persons),
    CHECK (confirmation IN ('已确认', '未确认')),
    CHECK (gap_persons >= 0),
    CHECK (projection_method IN ('recent_additions', 'level', 'complete'))
);
ALTER TABLE mart.target_progress OWNER TO steppe_loader;
COMMENT ON TABLE mart.target_progress IS 'Targets of the year: achieved, gap, pace and projection by indicator, region and month (C6.2, C6.3) 目标进度';
COMMENT ON COLUMN mart.target_progress.indicator IS 'out_migration, jingmeng_local_transfer or beijing; never summed, beijing is a subset of out_migration 指标';
COMMENT ON COLUMN mart.target_progress.region_code IS 'Region, league or banner 区划代码';
COMMENT ON COLUMN mart.target_progress.region_name IS 'Its name 名称';
COMMENT ON COLUMN mart.target_progress.level IS 'region, league or banner 层级';
COMMENT ON COLUMN mart.target_progress.year IS 'Year 年度';
COMMENT ON COLUMN mart.target_progress.month IS 'Month up to which persons are counted 截至月份';
COMMENT ON COLUMN mart.target_progress.achieved_persons IS 'Distinct persons so far this year, whatever the evidence 已完成人数';
COMMENT ON COLUMN mart.target_progress.achieved_insured IS 'Of these, with insurance as evidence (tier 1) 有参保记录人数';
COMMENT ON COLUMN mart.target_progress.achieved_employer IS 'Of these, with insurance, employer or contract (tiers 1 and 2) 参保或单位证实人数';
COMMENT ON COLUMN mart.target_progress.achieved_call_back IS 'Of these, with insurance, employer, contract or call-back (tiers 1 to 3) 含回访证实人数';
COMMENT ON COLUMN mart.target_progress.baseline_persons IS 'Distinct persons of the whole last year; NULL when last year is not on file (C6.1) 去年人数';
COMMENT ON COLUMN mart.target_progress.is_baseline_met IS 'Not fewer than last year (C6.1) 是否不少于去年';
COMMENT ON COLUMN mart.target_progress.target_persons IS 'Target at this scale; NULL where the notice gives none 目标人数';
COMMENT ON COLUMN mart.target_progress.full_target_persons IS 'Target of the notice 文件目标人数';
COMMENT ON COLUMN mart.target_progress.population_scale IS '1 for the real population, less for a sample 样本比例';
COMMENT ON COLUMN mart.target_progress.target_precision_persons IS 'Unit to which the notice rounds, persons 目标精度';
COMMENT ON COLUMN mart.target_progress.comparison IS '> or >= 比较';
COMMENT ON COLUMN mart.target_progress.is_met IS 'Exact: achieved against target 是否完成';
COMMENT ON COLUMN mart.target_progress.is_met_insured IS 'The same with tier 1 only 仅按参保是否完成';
COMMENT ON COLUMN mart.target_progress.is_met_employer IS 'The same with tiers 1 and 2 按参保或单位是否完成';
COMMENT ON COLUMN mart.target_progress.is_met_call_back IS 'The same with tiers 1 to 3 含回访是否完成';
COMMENT ON COLUMN mart.target_progress.gap_persons IS 'Persons still missing; 0 when met 缺口人数';
COMMENT ON COLUMN mart.target_progress.pace_percent IS 'Achieved as share of the target, over the share of the year that has passed 进度（百分数）';
COMMENT ON COLUMN mart.target_progress.projected_persons IS 'Projection to the end of the year 年底预测人数';
COMMENT ON COLUMN mart.target_progress.projection_method IS 'recent_additions: goes on as since the month before on file; level: no earlier month, nothing added; complete: December 预测方法';
COMMENT ON COLUMN mart.target_progress.senders_expected IS 'Senders whose banners are in this row 应报单位数';
COMMENT ON COLUMN mart.target_progress.senders_delivered IS 'Of these, with a published register of this month 已报单位数';
COMMENT ON COLUMN mart.target_progress.register_published_at IS 'Newest register publication of this month 户籍数据发布时间';
COMMENT ON COLUMN mart.target_progress.register_oldest_published_at IS 'Oldest among the senders last publications of this month 最早发布时间';
COMMENT ON COLUMN mart.target_progress.insurance_published_at IS 'Newest insurance publication of this month 参保数据发布时间';
COMMENT ON COLUMN mart.target_progress.definition_status IS 'Status of the parameter that says what counts as out-migration 口径状态';
COMMENT ON COLUMN mart.target_progress.confirmation IS '已确认 only when both sides have signed (C2.7) 确认状态';

CREATE TABLE mart.list_last_year_migrants (
    month date NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    sender_code text NOT NULL,
    village_code text NOT NULL,
    class text NOT NULL,
    last_year_tier smallint NOT NULL,
    PRIMARY KEY (month, person_key),
    CHECK (class IN ('out_again', 'working_locally', 'not_out_willing', 'not_out_unwilling', 'cannot_go', 'lost_contact'))
);
ALTER TABLE mart.list_last_year_migrants OWNER TO steppe_loader;
COMMENT ON TABLE mart.list_last_year_migrants IS 'Last year out-migrants, each in exactly one class (C2.3) 去年外出务工人员去向清单';
COMMENT ON COLUMN mart.list_last_year_migrants.month IS 'Month at which the person is looked at 月份';
COMMENT ON COLUMN mart.list_last_year_migrants.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.list_last_year_migrants.region_code IS 'Home banner at the end of last year 去年户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_last_year_migrants.sender_code IS 'Sender of last year 报送单位';
COMMENT ON COLUMN mart.list_last_year_migrants.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.list_last_year_migrants.class IS 'out_again, working_locally, not_out_willing, not_out_unwilling, cannot_go or lost_contact 分类';
COMMENT ON COLUMN mart.list_last_year_migrants.last_year_tier IS 'Best evidence of last year out-migration 去年证据等级';
CREATE INDEX list_last_year_migrants_by_region ON mart.list_last_year_migrants (month, region_code);

CREATE TABLE mart.last_year_migrants (
    region_code text NOT NULL,
    region_name text NOT NULL,
    level text NOT NULL,
    month date NOT NULL,
    listed_persons integer NOT NULL,
    out_again integer NOT NULL,
    working_locally integer NOT NULL,
    not_out_willing integer NOT NULL,
    not_out_unwilling integer NOT NULL,
    cannot_go integer NOT NULL,
    lost_contact integer NOT NULL,
    new_this_year integer NOT NULL,
    confirmation text NOT NULL DEFAULT '未确认',
    PRIMARY KEY (region_code, month),
    CHECK (
        listed_persons = out_again + working_locally + not_out_willing + not_out_unwilling + cannot_go + lost_contact
    ),
    CHECK (confirmation IN ('已确认', '未确认'))
);
ALTER TABLE mart.last_year_migrants OWNER TO steppe_loader;
COMMENT ON TABLE mart.last_year_migrants IS 'Last year out-migrants against this year; the six classes sum to the list (C2.3) 去年外出务工人员去向';
COMMENT ON COLUMN mart.last_year_migrants.region_code IS 'Region, league or banner 区划代码';
COMMENT ON COLUMN mart.last_year_migrants.region_name IS 'Its name 名称';
COMMENT ON COLUMN mart.last_year_migrants.level IS 'region, league or banner 层级';
COMMENT ON COLUMN mart.last_year_migrants.month IS 'Month 月份';
COMMENT ON COLUMN mart.last_year_migrants.listed_persons IS 'Persons on last year list 去年名单人数';
COMMENT ON COLUMN mart.last_year_migrants.out_again IS 'Work outside the home county this month 今年再外出';
COMMENT ON COLUMN mart.last_year_migrants.working_locally IS 'Employed, not out 就近就业';
COMMENT ON COLUMN mart.last_year_migrants.not_out_willing IS 'Without work, willing to go 未外出有意愿';
COMMENT ON COLUMN mart.last_year_migrants.not_out_unwilling IS 'Without work, unwilling 未外出无意愿';
COMMENT ON COLUMN mart.last_year_migrants.cannot_go IS 'Deceased, minor, student, not able, retired, or unable by the register 不能外出';
COMMENT ON COLUMN mart.last_year_migrants.lost_contact IS 'Missing, no longer in the register, or will unknown 失联';
COMMENT ON COLUMN mart.last_year_migrants.new_this_year IS 'Out this year and not on the list; kept apart 今年新增';
COMMENT ON COLUMN mart.last_year_migrants.confirmation IS '已确认 only when both sides have signed (C2.7) 确认状态';

CREATE TABLE mart.pv_revenue_share (
    village_code text NOT NULL,
    region_code text NOT NULL,
    sender_code text NOT NULL,
    village_name text,
    year integer NOT NULL,
    months_told integer NOT NULL,
    accrued_fen bigint NOT NULL,
    received_fen bigint NOT NULL,
    carried_in_fen bigint NOT NULL,
    revenue_fen bigint NOT NULL,
    post_wages_fen bigint NOT NULL,
    public_works_fen bigint NOT NULL,
    land_rent_fen bigint NOT NULL,
    operation_fen bigint NOT NULL,
    other_fen bigint NOT NULL,
    carried_over_fen bigint NOT NULL,
    post_persons integer NOT NULL,
    wage_due_fen bigint NOT NULL,
    wage_paid_fen bigint NOT NULL,
    gross_share_percent numeric(9, 2),
    net_share_percent numeric(9, 2),
    minimum_percent numeric NOT NULL,
    basis text NOT NULL,
    basis_status text NOT NULL,
    is_met boolean,
    has_wages_without_post boolean NOT NULL,
    has_paid_above_received boolean NOT NULL,
    confirmation text NOT NULL DEFAULT '未确认',
    PRIMARY KEY (village_code, region_code, year),
    CHECK (basis IN ('gross', 'net')),
    CHECK (confirmation IN ('已确认', '未确认'))
);
ALTER TABLE mart.pv_revenue_share OWNER TO steppe_loader;
COMMENT ON TABLE mart.pv_revenue_share IS 'Share of village PV revenue that goes to welfare posts, gross and net side by side, by village and year (C5.3) 光伏收益公益岗占比';
COMMENT ON COLUMN mart.pv_revenue_share.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.pv_revenue_share.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.pv_revenue_share.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN mart.pv_revenue_share.village_name IS 'Village name 行政村';
COMMENT ON COLUMN mart.pv_revenue_share.year IS 'Year 年度';
COMMENT ON COLUMN mart.pv_revenue_share.months_told IS 'Months with an allocation 已报月数';
COMMENT ON COLUMN mart.pv_revenue_share.accrued_fen IS 'Village share of what its stations earned, fen 应收（分）';
COMMENT ON COLUMN mart.pv_revenue_share.received_fen IS 'Village share of what the grid company paid, fen 实收（分）';
COMMENT ON COLUMN mart.pv_revenue_share.carried_in_fen IS 'Carried into the first month told, fen 上期结转（分）';
COMMENT ON COLUMN mart.pv_revenue_share.revenue_fen IS 'Revenue that reached the village, fen 到账收益（分）';
COMMENT ON COLUMN mart.pv_revenue_share.post_wages_fen IS 'Allocated to welfare posts, fen 公益岗工资（分）';
COMMENT ON COLUMN mart.pv_revenue_share.public_works_fen IS 'Public works, fen 公益事业（分）';
COMMENT ON COLUMN mart.pv_revenue_share.land_rent_fen IS 'Land rent, fen 土地租金（分）';
COMMENT ON COLUMN mart.pv_revenue_share.operation_fen IS 'Operation and maintenance, fen 运维费用（分）';
COMMENT ON COLUMN mart.pv_revenue_share.other_fen IS 'Other, fen 其他支出（分）';
COMMENT ON COLUMN mart.pv_revenue_share.carried_over_fen IS 'Carried over from the last month told, fen 结转下期（分）';
COMMENT ON COLUMN mart.pv_revenue_share.post_persons IS 'Distinct holders of posts 在岗人数';
COMMENT ON COLUMN mart.pv_revenue_share.wage_due_fen IS 'Wages due to holders, fen 应发工资（分）';
COMMENT ON COLUMN mart.pv_revenue_share.wage_paid_fen IS 'Wages paid to holders, fen 实发工资（分）';
COMMENT ON COLUMN mart.pv_revenue_share.gross_share_percent IS 'Post wages of all revenue, per cent 占总收益比例';
COMMENT ON COLUMN mart.pv_revenue_share.net_share_percent IS 'Post wages of revenue less land rent and O&M, per cent 占净收益比例';
COMMENT ON COLUMN mart.pv_revenue_share.minimum_percent IS 'Parameter pv_share_minimum_percent 最低比例';
COMMENT ON COLUMN mart.pv_revenue_share.basis IS 'Parameter pv_share_basis: gross or net; which of the two shares judges 判定口径';
COMMENT ON COLUMN mart.pv_revenue_share.basis_status IS 'confirmed or unconfirmed 口径状态';
COMMENT ON COLUMN mart.pv_revenue_share.is_met IS 'Whether the judging share reaches the minimum, exactly; NULL without revenue 是否达标';
COMMENT ON COLUMN mart.pv_revenue_share.has_wages_without_post IS 'Wages allocated, nobody holds a post 有工资无岗位';
COMMENT ON COLUMN mart.pv_revenue_share.has_paid_above_received IS 'More paid to holders than reached the village with what was carried in 支出大于到账';
COMMENT ON COLUMN mart.pv_revenue_share.confirmation IS '已确认 only when both sides have signed (C2.7) 确认状态';

-- Grain: one row per employed person and month (C2.4).
CREATE VIEW mart.list_employed WITH (security_invoker = TRUE) AS
SELECT
    employment.month,
    employment.region_code,
    employment.village_code,
    employment.person_key,
    employment.place_class,
    employment.work_region_code,
    county.county_name AS work_region_name,
    employment.employer_uscc,
    employment.channel,
    employment.is_organised,
    employment.is_out_migrant,
    employment.is_employee_insured,
    employment.evidence_tier
FROM warehouse.fct_employment_month AS employment
LEFT JOIN ops.county AS county ON employment.work_region_code = county.county_code
WHERE employment.known_to = 'infinity' AND employment.status = 'employed';
ALTER VIEW mart.list_employed OWNER TO steppe_loader;
COMMENT ON VIEW mart.list_employed IS 'Employed persons, month by month (C2.4) 就业人员清单';
COMMENT ON COLUMN mart.list_employed.month IS 'Month 月份';
COMMENT ON COLUMN mart.list_employed.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_employed.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.list_employed.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.list_employed.place_class IS 'Where the person works 就业地域';
COMMENT ON COLUMN mart.list_employed.work_region_code IS 'Place of work, county level 务工地点';
COMMENT ON COLUMN mart.list_employed.work_region_name IS 'Its name 务工地点名称';
COMMENT ON COLUMN mart.list_employed.employer_uscc IS 'Employer code 务工单位统一社会信用代码';
COMMENT ON COLUMN mart.list_employed.channel IS 'How the work was found 就业渠道';
COMMENT ON COLUMN mart.list_employed.is_organised IS 'Organised labour export 是否有组织输出';
COMMENT ON COLUMN mart.list_employed.is_out_migrant IS 'Works outside the home county 是否外出务工';
COMMENT ON COLUMN mart.list_employed.is_employee_insured IS 'An employee scheme was paid for this month 当月职工险种到账';
COMMENT ON COLUMN mart.list_employed.evidence_tier IS '1 insurance to 4 self-report (C7.2) 证据等级';

-- Grain: one row per person and month who is able, willing to go out and not out (C2.4).
CREATE VIEW mart.list_willing_out WITH (security_invoker = TRUE) AS
SELECT
    employment.month,
    employment.region_code,
    employment.village_code,
    employment.person_key,
    employment.status,
    employment.labour_ability,
    employment.place_class
FROM warehouse.fct_employment_month AS employment
WHERE
    employment.known_to = 'infinity'
    AND employment.willing_to_go = 'willing'
    AND employment.status IN ('employed', 'unemployed')
    AND employment.labour_ability IN ('ordinary', 'skilled')
    AND NOT employment.is_out_migrant;
ALTER VIEW mart.list_willing_out OWNER TO steppe_loader;
COMMENT ON VIEW mart.list_willing_out IS 'Persons willing to go out for work and not out, month by month (C2.4) 有意愿外出务工人员清单';
COMMENT ON COLUMN mart.list_willing_out.month IS 'Month 月份';
COMMENT ON COLUMN mart.list_willing_out.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_willing_out.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.list_willing_out.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.list_willing_out.status IS 'employed or unemployed 就业状态';
COMMENT ON COLUMN mart.list_willing_out.labour_ability IS 'ordinary or skilled 劳动技能';
COMMENT ON COLUMN mart.list_willing_out.place_class IS 'Where the person works 就业地域';

-- Grain: one row per banner and month; counts of the two lists above and of the register (C2.4).
CREATE VIEW mart.list_count WITH (security_invoker = TRUE) AS
SELECT
    employment.month,
    employment.region_code,
    count(*) AS registered_persons,
    count(*) FILTER (WHERE employment.status = 'employed') AS employed_persons,
    count(*) FILTER (WHERE employment.is_out_migrant) AS out_persons,
    count(*) FILTER (
        WHERE
        employment.willing_to_go = 'willing' AND employment.status IN ('employed', 'unemployed')
        AND employment.labour_ability IN ('ordinary', 'skilled') AND NOT employment.is_out_migrant
    ) AS willing_persons
FROM warehouse.fct_employment_month AS employment
WHERE employment.known_to = 'infinity'
GROUP BY employment.month, employment.region_code;
ALTER VIEW mart.list_count OWNER TO steppe_loader;
COMMENT ON VIEW mart.list_count IS 'Counts that agree with list_employed and list_willing_out, by banner and month (C2.4) 清单人数';
COMMENT ON COLUMN mart.list_count.month IS 'Month 月份';
COMMENT ON COLUMN mart.list_count.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_count.registered_persons IS 'Persons in the register 登记人数';
COMMENT ON COLUMN mart.list_count.employed_persons IS 'Rows of list_employed 就业人数';
COMMENT ON COLUMN mart.list_count.out_persons IS 'Of these, outside the home county 外出务工人数';
COMMENT ON COLUMN mart.list_count.willing_persons IS 'Rows of list_willing_out 有意愿外出人数';

-- The named lists: the same rows with name, phone and ID number, in the vault, for the auditor only.
CREATE VIEW vault.list_employed WITH (security_invoker = TRUE) AS
SELECT
    list.month,
    list.region_code,
    list.village_code,
    list.person_key,
    identity.name,
    identity.phone,
    identity.id_number,
    list.place_class,
    list.work_region_name,
    list.employer_uscc,
    list.evidence_tier
FROM mart.list_employed AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
INNER JOIN vault.identity AS identity ON list.person_key = identity.person_key AND banner.sender_code = identity.sender_code;

CREATE VIEW vault.list_willing_out WITH (security_invoker = TRUE) AS
SELECT
    list.month,
    list.region_code,
    list.village_code,
    list.person_key,
    identity.name,
    identity.phone,
    identity.id_number,
    list.status,
    list.labour_ability
FROM mart.list_willing_out AS list
INNER JOIN ops.region AS banner ON list.region_code = banner.region_code
INNER JOIN vault.identity AS identity ON list.person_key = identity.person_key AND banner.sender_code = identity.sender_code;

CREATE VIEW vault.list_last_year_migrants WITH (security_invoker = TRUE) AS
SELECT
    list.month,
    list.region_code,
    list.village_code,
    list.person_key,
    identity.name,
    identity.phone,
    identity.id_number,
    list.class
FROM mart.list_last_year_migrants AS list
INNER JOIN vault.identity AS identity ON list.person_key = identity.person_key AND list.sender_code = identity.sender_code;

COMMENT ON VIEW vault.list_employed IS 'Named list of employed persons, for the auditor (C2.4) 就业人员名单';
COMMENT ON COLUMN vault.list_employed.month IS 'Month 月份';
COMMENT ON COLUMN vault.list_employed.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN vault.list_employed.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN vault.list_employed.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN vault.list_employed.name IS 'Name 姓名';
COMMENT ON COLUMN vault.list_employed.phone IS 'Phone 联系电话';
COMMENT ON COLUMN vault.list_employed.id_number IS 'ID number 证件号码';
COMMENT ON COLUMN vault.list_employed.place_class IS 'Where the person works 就业地域';
COMMENT ON COLUMN vault.list_employed.work_region_name IS 'Its name 务工地点名称';
COMMENT ON COLUMN vault.list_employed.employer_uscc IS 'Employer code 务工单位统一社会信用代码';
COMMENT ON COLUMN vault.list_employed.evidence_tier IS '1 insurance to 4 self-report (C7.2) 证据等级';
COMMENT ON VIEW vault.list_willing_out IS 'Named list of persons willing to go out, for the auditor (C2.4) 有意愿外出务工人员名单';
COMMENT ON COLUMN vault.list_willing_out.month IS 'Month 月份';
COMMENT ON COLUMN vault.list_willing_out.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN vault.list_willing_out.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN vault.list_willing_out.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN vault.list_willing_out.name IS 'Name 姓名';
COMMENT ON COLUMN vault.list_willing_out.phone IS 'Phone 联系电话';
COMMENT ON COLUMN vault.list_willing_out.id_number IS 'ID number 证件号码';
COMMENT ON COLUMN vault.list_willing_out.status IS 'employed or unemployed 就业状态';
COMMENT ON COLUMN vault.list_willing_out.labour_ability IS 'ordinary or skilled 劳动技能';
COMMENT ON VIEW vault.list_last_year_migrants IS 'Named list of last year out-migrants, for the auditor (C2.3) 去年外出务工人员名单';
COMMENT ON COLUMN vault.list_last_year_migrants.month IS 'Month 月份';
COMMENT ON COLUMN vault.list_last_year_migrants.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN vault.list_last_year_migrants.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN vault.list_last_year_migrants.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN vault.list_last_year_migrants.name IS 'Name 姓名';
COMMENT ON COLUMN vault.list_last_year_migrants.phone IS 'Phone 联系电话';
COMMENT ON COLUMN vault.list_last_year_migrants.id_number IS 'ID number 证件号码';
COMMENT ON COLUMN vault.list_last_year_migrants.class IS 'Class of C2.3 分类';
