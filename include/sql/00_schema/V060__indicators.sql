-- Indicators (口径): each figure has a registered definition with a version, and one place where it is computed (C2.7). Rerun: once.
CREATE TABLE ops.indicator (
    indicator text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    valid_from date NOT NULL,
    label_zh text NOT NULL,
    label_en text NOT NULL,
    definition text NOT NULL,
    sql_file text NOT NULL CHECK (sql_file LIKE '40\_mart/indicator/%.sql'),
    grain text NOT NULL CHECK (grain IN ('person', 'event')),
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (indicator, version),
    UNIQUE (indicator, valid_from)
);
COMMENT ON TABLE ops.indicator IS 'Registered definitions of indicators (C2.7) from include/parameters/indicators.csv 指标口径';
COMMENT ON COLUMN ops.indicator.indicator IS 'Indicator 指标代码';
COMMENT ON COLUMN ops.indicator.version IS 'Version of the definition; every version on file is computed 版本';
COMMENT ON COLUMN ops.indicator.valid_from IS 'First month for which this version is the one in force 生效月份';
COMMENT ON COLUMN ops.indicator.label_zh IS 'Name 名称';
COMMENT ON COLUMN ops.indicator.label_en IS 'Name in English 名称（英文）';
COMMENT ON COLUMN ops.indicator.definition IS 'Who or what counts, in words 口径说明';
COMMENT ON COLUMN ops.indicator.sql_file IS 'File under include/sql that yields whoever counts 计算文件';
COMMENT ON COLUMN ops.indicator.grain IS 'person 人数: distinct persons; event 人次: events 计数单位';
COMMENT ON COLUMN ops.indicator.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.indicator.source IS 'Where it is laid down 出处';
COMMENT ON COLUMN ops.indicator.status IS 'confirmed or unconfirmed 状态';
GRANT SELECT ON ops.indicator TO steppe_loader, steppe_analyst, steppe_auditor;

-- The version in force for a month; none before the first one.
CREATE FUNCTION ops.indicator_at(wanted text, day date) RETURNS SETOF ops.indicator
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT indicator.*
    FROM ops.indicator AS indicator
    WHERE indicator.indicator = wanted AND indicator.valid_from <= day
    ORDER BY indicator.valid_from DESC
    LIMIT 1;
END;
COMMENT ON FUNCTION ops.indicator_at(text, date) IS 'The version of an indicator that is in force on a day 适用口径';

-- Grain: one row per version of an indicator, part of it, place with at least one counted, and month.
CREATE TABLE mart.indicator_value (
    indicator text NOT NULL,
    version integer NOT NULL,
    part text NOT NULL,
    place_code text NOT NULL,
    region_code text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner', 'village')),
    month date NOT NULL,
    counted integer NOT NULL CHECK (counted > 0),
    counted_insured integer,
    counted_employer integer,
    counted_call_back integer,
    members_digest bigint NOT NULL,
    PRIMARY KEY (indicator, month, version, part, region_code, place_code),
    CHECK (counted_insured <= counted_employer AND counted_employer <= counted_call_back AND counted_call_back <= counted)
);
ALTER TABLE mart.indicator_value OWNER TO steppe_loader;
COMMENT ON TABLE mart.indicator_value IS 'Every registered figure, each version of it, by village, banner, league and region: the length of the list that its file yields (C2.7, C6.3) 指标数值';
COMMENT ON COLUMN mart.indicator_value.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN mart.indicator_value.version IS 'Version of the definition 版本';
COMMENT ON COLUMN mart.indicator_value.part IS 'all, or a part of it, such as a class or a route 分项';
COMMENT ON COLUMN mart.indicator_value.place_code IS 'Region, league or banner, 6 digits; village, 12 digits; a place without anybody has no row 区划或村代码';
COMMENT ON COLUMN mart.indicator_value.region_code IS 'The same, for a village its banner 区划代码';
COMMENT ON COLUMN mart.indicator_value.level IS 'region, league, banner or village 层级';
COMMENT ON COLUMN mart.indicator_value.month IS 'Month 月份';
COMMENT ON COLUMN mart.indicator_value.counted IS 'Distinct persons, or events 数量';
COMMENT ON COLUMN mart.indicator_value.counted_insured IS 'Of these, with evidence of tier 1; NULL where evidence has no meaning (C7.2) 有参保记录';
COMMENT ON COLUMN mart.indicator_value.counted_employer IS 'Of these, with evidence of tiers 1 and 2 参保或单位证实';
COMMENT ON COLUMN mart.indicator_value.counted_call_back IS 'Of these, with evidence of tiers 1 to 3 含回访证实';
COMMENT ON COLUMN mart.indicator_value.members_digest IS 'Changes when another is counted or his evidence changes; the exclusive or of their hashes 名单摘要';
CALL ops.secure_by_region('mart.indicator_value');
GRANT SELECT ON mart.indicator_value TO steppe_analyst, steppe_auditor;

-- Counts of the lists are what is registered, not counted a second time.
CREATE OR REPLACE VIEW mart.list_count WITH (security_invoker = TRUE) AS
SELECT
    figure.month,
    figure.region_code,
    coalesce(max(figure.counted) FILTER (WHERE figure.indicator = 'registered'), 0)::bigint AS registered_persons,
    coalesce(max(figure.counted) FILTER (WHERE figure.indicator = 'employed'), 0)::bigint AS employed_persons,
    coalesce(max(figure.counted) FILTER (WHERE figure.indicator = 'away'), 0)::bigint AS out_persons,
    coalesce(max(figure.counted) FILTER (WHERE figure.indicator = 'willing_out'), 0)::bigint AS willing_persons
FROM mart.indicator_value AS figure
CROSS JOIN LATERAL ops.indicator_at(figure.indicator, figure.month) AS in_force
WHERE figure.level = 'banner' AND figure.part = 'all' AND figure.version = in_force.version
GROUP BY figure.month, figure.region_code;
