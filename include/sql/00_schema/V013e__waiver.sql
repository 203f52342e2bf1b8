-- Known failures that may pass for a while, on somebody's word. Rows are added and never changed: a waiver is ended by a second row.
-- Rerun: once.
CREATE TABLE ops.waiver (
    waiver_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rule_id text NOT NULL REFERENCES ops.rule,
    sender_code text REFERENCES ops.region,
    region_code text REFERENCES ops.region,
    period date CHECK (period = date_trunc('month', period)),
    reason text NOT NULL CHECK (length(btrim(reason)) >= 5 AND reason !~ '[0-9]{11}'),
    owner text NOT NULL CHECK (btrim(owner) <> '' AND owner !~ '[0-9]{11}'),
    valid_from date NOT NULL,
    expires_on date NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    CHECK (expires_on >= valid_from AND expires_on <= valid_from + 366)
);
COMMENT ON TABLE ops.waiver IS 'One row per waiver: rows that break this rule, within this scope, are accepted until it expires 豁免';
COMMENT ON COLUMN ops.waiver.waiver_id IS 'Number 序号';
COMMENT ON COLUMN ops.waiver.rule_id IS 'Rule that may be broken 规则';
COMMENT ON COLUMN ops.waiver.sender_code IS 'Only this sender; NULL for every one 报送单位';
COMMENT ON COLUMN ops.waiver.region_code IS 'Only rows of this banner; NULL for every one 区划代码';
COMMENT ON COLUMN ops.waiver.period IS 'Only this month of data; NULL for every one 所属月份';
COMMENT ON COLUMN ops.waiver.reason IS 'Why, without personal data 理由';
COMMENT ON COLUMN ops.waiver.owner IS 'Who answers for it 责任人';
COMMENT ON COLUMN ops.waiver.valid_from IS 'From this day on 起始日期';
COMMENT ON COLUMN ops.waiver.expires_on IS 'Last day 到期日期';
COMMENT ON COLUMN ops.waiver.granted_by IS 'Login that entered it 登记人';
COMMENT ON COLUMN ops.waiver.granted_at IS 'When 登记时间';

CREATE TABLE ops.waiver_end (
    waiver_id bigint PRIMARY KEY REFERENCES ops.waiver,
    reason text NOT NULL CHECK (length(btrim(reason)) >= 5 AND reason !~ '[0-9]{11}'),
    ended_by text NOT NULL,
    ended_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.waiver_end IS 'One row per waiver that was ended before it expired 豁免终止';
COMMENT ON COLUMN ops.waiver_end.waiver_id IS 'Waiver 豁免';
COMMENT ON COLUMN ops.waiver_end.reason IS 'Why, without personal data 理由';
COMMENT ON COLUMN ops.waiver_end.ended_by IS 'Login that ended it 登记人';
COMMENT ON COLUMN ops.waiver_end.ended_at IS 'When 终止时间';

CREATE TABLE ops.waiver_use (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    waiver_id bigint NOT NULL REFERENCES ops.waiver,
    row_count bigint NOT NULL CHECK (row_count > 0),
    PRIMARY KEY (delivery_id, waiver_id)
);
COMMENT ON TABLE ops.waiver_use IS 'One row per delivery and waiver that let rows of it pass 豁免使用记录';
COMMENT ON COLUMN ops.waiver_use.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.waiver_use.waiver_id IS 'Waiver 豁免';
COMMENT ON COLUMN ops.waiver_use.row_count IS 'Rows for which the rule was waived 行数';

CREATE VIEW ops.waiver_in_force WITH (security_invoker = TRUE) AS
SELECT waiver.*
FROM ops.waiver AS waiver
LEFT JOIN ops.waiver_end AS ended ON waiver.waiver_id = ended.waiver_id
WHERE
    ended.waiver_id IS NULL
    AND (now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN waiver.valid_from AND waiver.expires_on;
COMMENT ON VIEW ops.waiver_in_force IS 'Waivers that hold today 现行豁免';
COMMENT ON COLUMN ops.waiver_in_force.waiver_id IS 'Number 序号';
COMMENT ON COLUMN ops.waiver_in_force.rule_id IS 'Rule that may be broken 规则';
COMMENT ON COLUMN ops.waiver_in_force.sender_code IS 'Only this sender; NULL for every one 报送单位';
COMMENT ON COLUMN ops.waiver_in_force.region_code IS 'Only rows of this banner; NULL for every one 区划代码';
COMMENT ON COLUMN ops.waiver_in_force.period IS 'Only this month of data; NULL for every one 所属月份';
COMMENT ON COLUMN ops.waiver_in_force.reason IS 'Why 理由';
COMMENT ON COLUMN ops.waiver_in_force.owner IS 'Who answers for it 责任人';
COMMENT ON COLUMN ops.waiver_in_force.valid_from IS 'From this day on 起始日期';
COMMENT ON COLUMN ops.waiver_in_force.expires_on IS 'Last day 到期日期';
COMMENT ON COLUMN ops.waiver_in_force.granted_by IS 'Login that entered it 登记人';
COMMENT ON COLUMN ops.waiver_in_force.granted_at IS 'When 登记时间';

ALTER TABLE ops.gate_result ADD COLUMN rows_waived bigint;
COMMENT ON COLUMN ops.gate_result.rows_waived IS 'Of rows_failed, those for which a waiver held 豁免行数';
ALTER TABLE ops.rule ADD COLUMN is_waivable boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN ops.rule.is_waivable IS 'Whether a row that breaks it could be stored all the same 可否豁免';

GRANT SELECT ON ops.waiver, ops.waiver_end, ops.waiver_use, ops.waiver_in_force TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT, DELETE ON ops.waiver_use TO steppe_loader;
