-- The record of what happened. Rerun: once.
CREATE TABLE ops.delivery (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sha256 text NOT NULL UNIQUE CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    file_name text NOT NULL,
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    source text,
    sender_code text,
    period date CHECK (period = date_trunc('month', period)),
    contract_version text,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'landed', 'gated', 'published', 'rejected')),
    rule_id text,
    reason_zh text,
    reason_en text,
    rule_set_digest text,
    rows_in bigint,
    rows_accepted bigint,
    rows_quarantined bigint,
    rows_duplicate bigint,
    rows_unchanged bigint,
    received_at timestamptz NOT NULL DEFAULT now(),
    landed_at timestamptz,
    gated_at timestamptz,
    finished_at timestamptz,
    CHECK ((state = 'rejected') = (rule_id IS NOT NULL)),
    CHECK (state <> 'rejected' OR (reason_zh IS NOT NULL AND reason_en IS NOT NULL)),
    CHECK (state <> 'published' OR (source IS NOT NULL AND sender_code IS NOT NULL AND period IS NOT NULL)),
    CHECK (state <> 'published' OR rows_in = rows_accepted + rows_quarantined + rows_duplicate)
);
CREATE INDEX delivery_by_period ON ops.delivery (source, sender_code, period);

COMMENT ON TABLE ops.delivery IS 'One row per distinct delivered content and its life: received, landed, gated, published or rejected 报送批次';
COMMENT ON COLUMN ops.delivery.delivery_id IS 'Number of the delivery 批次号';
COMMENT ON COLUMN ops.delivery.sha256 IS 'SHA-256 of the delivered bytes; a delivery is known by its content 内容摘要';
COMMENT ON COLUMN ops.delivery.file_name IS 'Name under which it arrived 文件名';
COMMENT ON COLUMN ops.delivery.size_bytes IS 'Size, bytes 字节数';
COMMENT ON COLUMN ops.delivery.source IS 'Contract it follows; NULL when it could not be told 来源';
COMMENT ON COLUMN ops.delivery.sender_code IS 'Code of the sending league, banner or city 报送单位';
COMMENT ON COLUMN ops.delivery.period IS 'First day of the delivered month 所属月份';
COMMENT ON COLUMN ops.delivery.contract_version IS 'Version of the contract 合同版本';
COMMENT ON COLUMN ops.delivery.state IS 'received, landed, gated, published or rejected 状态';
COMMENT ON COLUMN ops.delivery.rule_id IS 'Rule that rejected it 退回规则';
COMMENT ON COLUMN ops.delivery.reason_zh IS 'Reason in Chinese, without any personal value 退回原因';
COMMENT ON COLUMN ops.delivery.reason_en IS 'Reason in English 退回原因（英文）';
COMMENT ON COLUMN ops.delivery.rule_set_digest IS 'Digest of rules, code lists and references under which it was judged 规则集摘要';
COMMENT ON COLUMN ops.delivery.rows_in IS 'Rows delivered 报送行数';
COMMENT ON COLUMN ops.delivery.rows_accepted IS 'Rows accepted, unchanged ones included 通过行数';
COMMENT ON COLUMN ops.delivery.rows_quarantined IS 'Rows quarantined 隔离行数';
COMMENT ON COLUMN ops.delivery.rows_duplicate IS 'Rows that repeat another row exactly 重复行数';
COMMENT ON COLUMN ops.delivery.rows_unchanged IS 'Accepted rows that were accepted before with the same content and rules, so not judged again 未变行数';
COMMENT ON COLUMN ops.delivery.received_at IS 'When it was received 接收时间';
COMMENT ON COLUMN ops.delivery.landed_at IS 'When its rows were landed 落地时间';
COMMENT ON COLUMN ops.delivery.gated_at IS 'When the gate had judged it 校验时间';
COMMENT ON COLUMN ops.delivery.finished_at IS 'When it was published or rejected 终结时间';

CREATE TABLE ops.receipt (
    receipt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    file_name text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.receipt IS 'One row per arrival, also of content that was known already 接收记录';
COMMENT ON COLUMN ops.receipt.receipt_id IS 'Number of the arrival 序号';
COMMENT ON COLUMN ops.receipt.delivery_id IS 'Delivery whose content arrived 批次号';
COMMENT ON COLUMN ops.receipt.file_name IS 'Name of the file 文件名';
COMMENT ON COLUMN ops.receipt.received_at IS 'When 接收时间';

CREATE TABLE ops.delivery_resource (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    file_name text NOT NULL,
    file_format text NOT NULL CHECK (file_format IN ('csv', 'xlsx')),
    encoding text,
    landing_path text NOT NULL CHECK (landing_path IN ('fast', 'tolerant')),
    rows_in bigint NOT NULL,
    rows_accepted bigint,
    rows_quarantined bigint,
    rows_duplicate bigint,
    rows_unchanged bigint,
    rows_absent bigint,
    PRIMARY KEY (delivery_id, resource),
    CHECK (rows_in = rows_accepted + rows_quarantined + rows_duplicate)
);
COMMENT ON TABLE ops.delivery_resource IS 'One row per delivery and resource: in = accepted + quarantined + duplicate 批次资源';
COMMENT ON COLUMN ops.delivery_resource.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.delivery_resource.resource IS 'Resource of the contract 资源';
COMMENT ON COLUMN ops.delivery_resource.file_name IS 'File inside the delivery 文件名';
COMMENT ON COLUMN ops.delivery_resource.file_format IS 'csv or xlsx 格式';
COMMENT ON COLUMN ops.delivery_resource.encoding IS 'Encoding it was read in 编码';
COMMENT ON COLUMN ops.delivery_resource.landing_path IS 'fast: streamed by the server; tolerant: line by line 落地方式';
COMMENT ON COLUMN ops.delivery_resource.rows_in IS 'Rows in the file 报送行数';
COMMENT ON COLUMN ops.delivery_resource.rows_accepted IS 'Rows accepted 通过行数';
COMMENT ON COLUMN ops.delivery_resource.rows_quarantined IS 'Rows quarantined 隔离行数';
COMMENT ON COLUMN ops.delivery_resource.rows_duplicate IS 'Exact repeats 重复行数';
COMMENT ON COLUMN ops.delivery_resource.rows_unchanged IS 'Rows not judged again 未变行数';
COMMENT ON COLUMN ops.delivery_resource.rows_absent IS 'Keys of the previous snapshot that are missing here 缺席行数';

CREATE TABLE ops.gate_result (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    rule_id text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('critical', 'warning')),
    outcome text NOT NULL CHECK (outcome IN ('pass', 'warn', 'fail', 'error')),
    rows_evaluated bigint,
    rows_failed bigint,
    detail_zh text,
    detail_en text,
    evaluated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, resource, rule_id)
);
COMMENT ON TABLE ops.gate_result IS 'One row per delivery, resource and rule 校验结果';
COMMENT ON COLUMN ops.gate_result.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.gate_result.resource IS 'Resource; delivery for rules on the whole delivery 资源';
COMMENT ON COLUMN ops.gate_result.rule_id IS 'Rule 规则';
COMMENT ON COLUMN ops.gate_result.severity IS 'critical quarantines the row or rejects the delivery, warning alerts 级别';
COMMENT ON COLUMN ops.gate_result.outcome IS 'pass, warn, fail, or error when the rule could not run 结果';
COMMENT ON COLUMN ops.gate_result.rows_evaluated IS 'Rows judged now (unchanged rows are not judged again) 校验行数';
COMMENT ON COLUMN ops.gate_result.rows_failed IS 'Rows that failed 未通过行数';
COMMENT ON COLUMN ops.gate_result.detail_zh IS 'What was found, counts only 说明';
COMMENT ON COLUMN ops.gate_result.detail_en IS 'The same in English 说明（英文）';
COMMENT ON COLUMN ops.gate_result.evaluated_at IS 'When 校验时间';

CREATE TABLE ops.publication (
    publication_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    delivery_id bigint NOT NULL UNIQUE REFERENCES ops.delivery,
    source text NOT NULL,
    sender_code text NOT NULL,
    period date NOT NULL,
    supersedes_delivery_id bigint REFERENCES ops.delivery,
    published_at timestamptz NOT NULL
);
CREATE INDEX publication_by_period ON ops.publication (source, sender_code, period);
COMMENT ON TABLE ops.publication IS 'One row per delivery that became visible, written in the same transaction as its rows 发布记录';
COMMENT ON COLUMN ops.publication.publication_id IS 'Number, in order of publication 序号';
COMMENT ON COLUMN ops.publication.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.publication.source IS 'Source 来源';
COMMENT ON COLUMN ops.publication.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN ops.publication.period IS 'Month 所属月份';
COMMENT ON COLUMN ops.publication.supersedes_delivery_id IS 'Earlier delivery of the same month that it replaces 替代批次';
COMMENT ON COLUMN ops.publication.published_at IS 'When; equals known_from of its rows 发布时间';

CREATE TABLE ops.alert (
    alert_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN (
        'delivery_rejected', 'delivery_uncorrected', 'delivery_late', 'delivery_stuck', 'gate_failed', 'gate_warning',
        'task_failed', 'alert_undeliverable'
    )),
    severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
    cause_key text NOT NULL UNIQUE,
    source text,
    sender_code text,
    period date,
    delivery_id bigint REFERENCES ops.delivery,
    title text NOT NULL,
    body text NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.alert IS 'One row per alert; the cause key keeps a repeat from becoming a second alert 告警';
COMMENT ON COLUMN ops.alert.alert_id IS 'Number 序号';
COMMENT ON COLUMN ops.alert.kind IS 'Kind of event 类别';
COMMENT ON COLUMN ops.alert.severity IS 'info, warning or critical 级别';
COMMENT ON COLUMN ops.alert.cause_key IS 'Identifies the cause, such as delivery_rejected:42 原因键';
COMMENT ON COLUMN ops.alert.source IS 'Source 来源';
COMMENT ON COLUMN ops.alert.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN ops.alert.period IS 'Month 所属月份';
COMMENT ON COLUMN ops.alert.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.alert.title IS 'One line, without personal data 标题';
COMMENT ON COLUMN ops.alert.body IS 'What, where, what to do; without personal data 正文';
COMMENT ON COLUMN ops.alert.raised_at IS 'When 告警时间';

CREATE TABLE ops.alert_delivery (
    alert_delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert_id bigint NOT NULL REFERENCES ops.alert,
    channel text NOT NULL,
    attempt integer NOT NULL CHECK (attempt > 0),
    outcome text NOT NULL CHECK (outcome IN ('sent', 'failed')),
    response text,
    attempted_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (alert_id, channel, attempt)
);
COMMENT ON TABLE ops.alert_delivery IS 'One row per attempt to send an alert to a channel 告警发送记录';
COMMENT ON COLUMN ops.alert_delivery.alert_delivery_id IS 'Number 序号';
COMMENT ON COLUMN ops.alert_delivery.alert_id IS 'Alert 告警';
COMMENT ON COLUMN ops.alert_delivery.channel IS 'Channel without secrets: scheme, host and a short digest 渠道';
COMMENT ON COLUMN ops.alert_delivery.attempt IS 'Attempt, from 1 第几次';
COMMENT ON COLUMN ops.alert_delivery.outcome IS 'sent or failed 结果';
COMMENT ON COLUMN ops.alert_delivery.response IS 'What the channel answered, such as errcode 310000 应答';
COMMENT ON COLUMN ops.alert_delivery.attempted_at IS 'When 发送时间';

CREATE TABLE ops.region (
    region_code text PRIMARY KEY CHECK (region_code ~ '^[0-9]{6}$'),
    region_name text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner')),
    parent_code text REFERENCES ops.region,
    sender_code text
);
COMMENT ON TABLE ops.region IS 'Region, leagues and banners with who sends their files (GB/T 2260) 行政区划';
COMMENT ON COLUMN ops.region.region_code IS 'Six-digit code 区划代码';
COMMENT ON COLUMN ops.region.region_name IS 'Name 名称';
COMMENT ON COLUMN ops.region.level IS 'region, league or banner 层级';
COMMENT ON COLUMN ops.region.parent_code IS 'Next level up 上级';
COMMENT ON COLUMN ops.region.sender_code IS 'League or city that delivers for this banner 报送单位';

CREATE TABLE ops.county (
    county_code text PRIMARY KEY CHECK (county_code ~ '^[0-9]{6}$'),
    county_name text NOT NULL
);
COMMENT ON TABLE ops.county IS 'County-level codes of the whole country, for places of work (GB/T 2260) 全国县级区划';
COMMENT ON COLUMN ops.county.county_code IS 'Six-digit code 区划代码';
COMMENT ON COLUMN ops.county.county_name IS 'Name 名称';

CREATE TABLE ops.code (
    source text NOT NULL,
    code_list text NOT NULL,
    list_version text NOT NULL,
    code text NOT NULL,
    value text NOT NULL,
    label_zh text NOT NULL,
    PRIMARY KEY (source, code_list, list_version, code)
);
COMMENT ON TABLE ops.code IS 'Code lists of the contracts, with their version 代码表';
COMMENT ON COLUMN ops.code.source IS 'Contract 来源';
COMMENT ON COLUMN ops.code.code_list IS 'List 代码表';
COMMENT ON COLUMN ops.code.list_version IS 'Version that gives the code its meaning 版本';
COMMENT ON COLUMN ops.code.code IS 'Code in the file 代码';
COMMENT ON COLUMN ops.code.value IS 'Value in the warehouse 取值';
COMMENT ON COLUMN ops.code.label_zh IS 'Label 名称';

CREATE TABLE ops.region_grant (
    role_name text NOT NULL,
    region_code text NOT NULL REFERENCES ops.region,
    PRIMARY KEY (role_name, region_code)
);
COMMENT ON TABLE ops.region_grant IS 'Which regions a database role may see; row-level security reads it 可见区划';
COMMENT ON COLUMN ops.region_grant.role_name IS 'Database role 角色';
COMMENT ON COLUMN ops.region_grant.region_code IS 'Region, league or banner 区划代码';

CREATE TABLE ops.target (
    indicator text NOT NULL,
    region_code text NOT NULL REFERENCES ops.region,
    year integer NOT NULL,
    comparison text NOT NULL CHECK (comparison IN ('>', '>=')),
    full_target_persons integer NOT NULL CHECK (full_target_persons > 0),
    precision_persons integer NOT NULL DEFAULT 1,
    population_scale numeric NOT NULL DEFAULT 1 CHECK (population_scale > 0 AND population_scale <= 1),
    target_persons integer NOT NULL GENERATED ALWAYS AS (ceil(full_target_persons * population_scale)) STORED,
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (indicator, region_code, year)
);
COMMENT ON TABLE ops.target IS 'Targets (C6.2) from include/parameters/targets.csv; scaled when the population is a sample 目标';
COMMENT ON COLUMN ops.target.indicator IS 'Indicator 指标';
COMMENT ON COLUMN ops.target.region_code IS 'Whose target 区划代码';
COMMENT ON COLUMN ops.target.year IS 'Year 年度';
COMMENT ON COLUMN ops.target.comparison IS '> or >= 比较';
COMMENT ON COLUMN ops.target.full_target_persons IS 'Target of the notice, persons 目标人数';
COMMENT ON COLUMN ops.target.precision_persons IS 'Unit to which the notice rounds, persons 精度';
COMMENT ON COLUMN ops.target.population_scale IS '1 for the real population, less for a sample 样本比例';
COMMENT ON COLUMN ops.target.target_persons IS 'Target at this scale, persons 换算目标人数';
COMMENT ON COLUMN ops.target.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.target.source IS 'Where the figure comes from 出处';
COMMENT ON COLUMN ops.target.status IS 'confirmed or unconfirmed 状态';

CREATE TABLE ops.parameter (
    name text NOT NULL,
    region_code text NOT NULL REFERENCES ops.region,
    valid_from date NOT NULL,
    value text NOT NULL,
    unit text NOT NULL,
    clause text NOT NULL,
    source text NOT NULL,
    status text NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    PRIMARY KEY (name, region_code, valid_from)
);
COMMENT ON TABLE ops.parameter IS 'Dated parameters from include/parameters/parameters.csv; the nearest region wins 参数';
COMMENT ON COLUMN ops.parameter.name IS 'Parameter 参数名';
COMMENT ON COLUMN ops.parameter.region_code IS 'Where it holds; a banner overrides its league and region 适用区划';
COMMENT ON COLUMN ops.parameter.valid_from IS 'From when 生效日期';
COMMENT ON COLUMN ops.parameter.value IS 'Value as text 取值';
COMMENT ON COLUMN ops.parameter.unit IS 'Unit 单位';
COMMENT ON COLUMN ops.parameter.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.parameter.source IS 'Where the value comes from 出处';
COMMENT ON COLUMN ops.parameter.status IS 'confirmed or unconfirmed 状态';

CREATE TABLE quarantine.row (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    line_no bigint NOT NULL CHECK (line_no > 0),
    rule_ids text[] NOT NULL CHECK (cardinality(rule_ids) > 0),
    record jsonb NOT NULL,
    region_code text,
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, resource, line_no)
);
COMMENT ON TABLE quarantine.row IS 'One row per rejected row with the rules it broke and its original text; personal data 隔离行';
COMMENT ON COLUMN quarantine.row.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN quarantine.row.resource IS 'Resource 资源';
COMMENT ON COLUMN quarantine.row.line_no IS 'Record number in the file; the header is 1 行号';
COMMENT ON COLUMN quarantine.row.rule_ids IS 'Rules it broke 规则';
COMMENT ON COLUMN quarantine.row.record IS 'Original text by column; {"text": …} for a line that could not be split 原文';
COMMENT ON COLUMN quarantine.row.region_code IS 'Banner of the row when it names a known one 区划代码';
COMMENT ON COLUMN quarantine.row.quarantined_at IS 'When 隔离时间';

GRANT SELECT ON ALL TABLES IN SCHEMA ops TO steppe_loader, steppe_auditor;
GRANT SELECT ON ops.region, ops.county, ops.code, ops.target, ops.parameter, ops.publication, ops.delivery, ops.delivery_resource,
ops.gate_result, ops.region_grant TO steppe_analyst;
GRANT INSERT, UPDATE ON ops.delivery, ops.delivery_resource, ops.gate_result TO steppe_loader;
GRANT INSERT ON ops.receipt, ops.publication, ops.alert, ops.alert_delivery TO steppe_loader;
GRANT DELETE ON ops.gate_result, ops.delivery_resource TO steppe_loader;
GRANT SELECT, INSERT, DELETE ON quarantine.row TO steppe_loader;
GRANT SELECT ON quarantine.row TO steppe_auditor;
