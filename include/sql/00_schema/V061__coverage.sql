-- 四清, five fields and the unemployed (C2.5, C2.6, C4.4): lists of persons, and counts that are the lists' lengths. Rerun: once.

-- Grain: one row per unemployed person, home banner and month.
CREATE TABLE mart.unemployed_routing (
    month date NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    sender_code text NOT NULL,
    village_code text NOT NULL,
    route text NOT NULL CHECK (route IN ('unemployment_insurance', 'assistance')),
    state text NOT NULL CHECK (state IN ('supported', 'referred', 'not_referred')),
    days_without_support integer NOT NULL CHECK (days_without_support >= 0),
    PRIMARY KEY (month, person_key, region_code),
    CHECK ((state = 'supported') = (days_without_support = 0))
);
ALTER TABLE mart.unemployed_routing OWNER TO steppe_loader;
COMMENT ON TABLE mart.unemployed_routing IS 'Every unemployed person with the route to support, where it stands, and the days without it (C4.4) 失业人员保障落实';
COMMENT ON COLUMN mart.unemployed_routing.month IS 'Month 月份';
COMMENT ON COLUMN mart.unemployed_routing.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.unemployed_routing.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.unemployed_routing.sender_code IS 'Sender of the register 报送单位';
COMMENT ON COLUMN mart.unemployed_routing.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.unemployed_routing.route IS 'unemployment_insurance where unemployment insurance was paid before, else assistance (低保 or 临时救助) 保障渠道';
COMMENT ON COLUMN mart.unemployed_routing.state IS 'supported in the month, referred and not decided, or not_referred 落实情况';
COMMENT ON COLUMN mart.unemployed_routing.days_without_support IS 'Days up to the end of the month, from the first month without work or the last supported one; 0 when supported 未获保障天数';
CREATE INDEX unemployed_routing_by_region ON mart.unemployed_routing (month, region_code);
CALL ops.secure_by_region('mart.unemployed_routing');

-- Grain: one row per person, home banner, month and clear of which something is missing, stale or contradicted.
CREATE TABLE mart.list_clear_faults (
    month date NOT NULL,
    clear text NOT NULL CHECK (clear IN ('headcount', 'ability', 'status', 'willingness')),
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    is_incomplete boolean NOT NULL,
    is_stale boolean NOT NULL,
    is_contradicted boolean NOT NULL,
    PRIMARY KEY (month, region_code, person_key, clear),
    CHECK (is_incomplete OR is_stale OR is_contradicted)
);
ALTER TABLE mart.list_clear_faults OWNER TO steppe_loader;
COMMENT ON TABLE mart.list_clear_faults IS 'Persons of whom one of 四清 is missing, stale or contradicted (C2.5) 四清问题清单';
COMMENT ON COLUMN mart.list_clear_faults.month IS 'Month 月份';
COMMENT ON COLUMN mart.list_clear_faults.clear IS 'headcount 人员底数, ability 劳动能力, status 就业状态 or willingness 外出意愿 四清项目';
COMMENT ON COLUMN mart.list_clear_faults.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.list_clear_faults.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_clear_faults.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.list_clear_faults.is_incomplete IS 'Not told 缺失';
COMMENT ON COLUMN mart.list_clear_faults.is_stale IS 'Nothing within parameter freshness_days confirms it 过期';
COMMENT ON COLUMN mart.list_clear_faults.is_contradicted IS 'Another record says otherwise 矛盾';
CALL ops.secure_by_region('mart.list_clear_faults');

-- Grain: one row per clear, place and month.
CREATE TABLE mart.four_clears (
    clear text NOT NULL,
    place_code text NOT NULL,
    region_code text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner', 'village')),
    month date NOT NULL,
    persons integer NOT NULL,
    incomplete_persons integer NOT NULL,
    stale_persons integer NOT NULL,
    contradicted_persons integer NOT NULL,
    complete_percent numeric(5, 2) GENERATED ALWAYS AS (round((persons - incomplete_persons) * 100.0 / persons, 2)) STORED,
    fresh_percent numeric(5, 2) GENERATED ALWAYS AS (round((persons - stale_persons) * 100.0 / persons, 2)) STORED,
    contradicted_percent numeric(5, 2) GENERATED ALWAYS AS (round(contradicted_persons * 100.0 / persons, 2)) STORED,
    PRIMARY KEY (month, clear, region_code, place_code),
    CHECK (persons > 0 AND greatest(incomplete_persons, stale_persons, contradicted_persons) <= persons)
);
ALTER TABLE mart.four_clears OWNER TO steppe_loader;
COMMENT ON TABLE mart.four_clears IS 'How complete, fresh and free of contradiction each of 四清 is, by village, banner, league and region (C2.5) 四清质量';
COMMENT ON COLUMN mart.four_clears.clear IS 'headcount 人员底数, ability 劳动能力, status 就业状态 or willingness 外出意愿 四清项目';
COMMENT ON COLUMN mart.four_clears.place_code IS 'Region, league or banner, 6 digits; village, 12 digits 区划或村代码';
COMMENT ON COLUMN mart.four_clears.region_code IS 'The same, for a village its banner 区划代码';
COMMENT ON COLUMN mart.four_clears.level IS 'region, league, banner or village 层级';
COMMENT ON COLUMN mart.four_clears.month IS 'Month 月份';
COMMENT ON COLUMN mart.four_clears.persons IS 'Entries of the register 登记人数';
COMMENT ON COLUMN mart.four_clears.incomplete_persons IS 'Of these in list_clear_faults as incomplete 缺失人数';
COMMENT ON COLUMN mart.four_clears.stale_persons IS 'Of these in list_clear_faults as stale 过期人数';
COMMENT ON COLUMN mart.four_clears.contradicted_persons IS 'Of these in list_clear_faults as contradicted 矛盾人数';
COMMENT ON COLUMN mart.four_clears.complete_percent IS 'Share that is told 完整率';
COMMENT ON COLUMN mart.four_clears.fresh_percent IS 'Share that is fresh 及时率';
COMMENT ON COLUMN mart.four_clears.contradicted_percent IS 'Share that is contradicted 矛盾率';
CALL ops.secure_by_region('mart.four_clears');

-- Grain: one row per employed person, home banner, month and field that is missing or stale.
CREATE TABLE mart.list_field_faults (
    month date NOT NULL,
    field text NOT NULL CHECK (field IN ('contact', 'work_time', 'work_place', 'employer', 'insurance')),
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    village_code text NOT NULL,
    is_incomplete boolean NOT NULL,
    is_stale boolean NOT NULL,
    PRIMARY KEY (month, region_code, person_key, field),
    CHECK (is_incomplete OR is_stale)
);
ALTER TABLE mart.list_field_faults OWNER TO steppe_loader;
COMMENT ON TABLE mart.list_field_faults IS 'Employed persons of whom one of the five fields is missing or stale (C2.6) 五项信息问题清单';
COMMENT ON COLUMN mart.list_field_faults.month IS 'Month 月份';
COMMENT ON COLUMN mart.list_field_faults.field IS 'contact 联系方式, work_time 务工时间, work_place 务工地点, employer 务工单位 or insurance 参保信息 信息项目';
COMMENT ON COLUMN mart.list_field_faults.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.list_field_faults.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.list_field_faults.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.list_field_faults.is_incomplete IS 'Not told 缺失';
COMMENT ON COLUMN mart.list_field_faults.is_stale IS 'Told, and nothing within parameter freshness_days confirms it 过期';
CALL ops.secure_by_region('mart.list_field_faults');

-- Grain: one row per field, place and month.
CREATE TABLE mart.five_fields (
    field text NOT NULL,
    place_code text NOT NULL,
    region_code text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner', 'village')),
    month date NOT NULL,
    persons integer NOT NULL,
    incomplete_persons integer NOT NULL,
    stale_persons integer NOT NULL,
    complete_percent numeric(5, 2) GENERATED ALWAYS AS (round((persons - incomplete_persons) * 100.0 / persons, 2)) STORED,
    fresh_percent numeric(5, 2) GENERATED ALWAYS AS (
        round((persons - incomplete_persons - stale_persons) * 100.0 / persons, 2)
    ) STORED,
    PRIMARY KEY (month, field, region_code, place_code),
    CHECK (persons > 0 AND incomplete_persons + stale_persons <= persons)
);
ALTER TABLE mart.five_fields OWNER TO steppe_loader;
COMMENT ON TABLE mart.five_fields IS 'How complete and fresh contact, time, place, employer and insurance of employed persons are, by village, banner, league and region (C2.6) 五项信息质量';
COMMENT ON COLUMN mart.five_fields.field IS 'contact 联系方式, work_time 务工时间, work_place 务工地点, employer 务工单位 or insurance 参保信息 信息项目';
COMMENT ON COLUMN mart.five_fields.place_code IS 'Region, league or banner, 6 digits; village, 12 digits 区划或村代码';
COMMENT ON COLUMN mart.five_fields.region_code IS 'The same, for a village its banner 区划代码';
COMMENT ON COLUMN mart.five_fields.level IS 'region, league, banner or village 层级';
COMMENT ON COLUMN mart.five_fields.month IS 'Month 月份';
COMMENT ON COLUMN mart.five_fields.persons IS 'Entries of list_employed 就业人数';
COMMENT ON COLUMN mart.five_fields.incomplete_persons IS 'Of these in list_field_faults as incomplete 缺失人数';
COMMENT ON COLUMN mart.five_fields.stale_persons IS 'Of these in list_field_faults as stale 过期人数';
COMMENT ON COLUMN mart.five_fields.complete_percent IS 'Share that is told 完整率';
COMMENT ON COLUMN mart.five_fields.fresh_percent IS 'Share that is told and fresh 及时率';
CALL ops.secure_by_region('mart.five_fields');

GRANT SELECT ON mart.unemployed_routing, mart.list_clear_faults, mart.four_clears, mart.list_field_faults, mart.five_fields
TO steppe_analyst, steppe_auditor;

-- The named list of those without support, for the auditor.
CREATE VIEW vault.list_without_support WITH (security_invoker = TRUE) AS
SELECT
    list.month,
    list.region_code,
    list.village_code,
    list.person_key,
    identity.name,
    identity.phone,
    identity.id_number,
    list.route,
    list.days_without_support
FROM mart.unemployed_routing AS list
INNER JOIN vault.identity AS identity ON list.person_key = identity.person_key AND list.sender_code = identity.sender_code
WHERE list.state = 'not_referred';
COMMENT ON VIEW vault.list_without_support IS 'Named list of the unemployed with neither support nor referral, for the auditor (C4.4) 失业未落实保障人员名单';
COMMENT ON COLUMN vault.list_without_support.month IS 'Month 月份';
COMMENT ON COLUMN vault.list_without_support.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN vault.list_without_support.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN vault.list_without_support.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN vault.list_without_support.name IS 'Name 姓名';
COMMENT ON COLUMN vault.list_without_support.phone IS 'Phone 联系电话';
COMMENT ON COLUMN vault.list_without_support.id_number IS 'ID number 证件号码';
COMMENT ON COLUMN vault.list_without_support.route IS 'Route to support 保障渠道';
COMMENT ON COLUMN vault.list_without_support.days_without_support IS 'Days without support 未获保障天数';
GRANT SELECT ON vault.list_without_support TO steppe_auditor;
