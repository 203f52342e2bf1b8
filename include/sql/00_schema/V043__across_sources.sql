-- Whether what one agency says of a month agrees with what the others say, banner by banner. Rerun: once.
CREATE TABLE ops.across_result (
    region_code text NOT NULL REFERENCES ops.region,
    month date NOT NULL CHECK (month = date_trunc('month', month)),
    rule_id text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('critical', 'warning')),
    outcome text NOT NULL CHECK (outcome IN ('pass', 'warn', 'fail', 'error', 'not_applicable')),
    observed numeric,
    bound numeric,
    evaluated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (region_code, month, rule_id)
);
ALTER TABLE ops.across_result OWNER TO steppe_loader;
COMMENT ON TABLE ops.across_result IS 'One row per banner, month and rule across sources: whether the agencies agree 跨部门比对';
COMMENT ON COLUMN ops.across_result.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ops.across_result.month IS 'Month compared 月份';
COMMENT ON COLUMN ops.across_result.rule_id IS 'Rule of expectations/across.json 规则';
COMMENT ON COLUMN ops.across_result.severity IS 'Severity of the rule 级别';
COMMENT ON COLUMN ops.across_result.outcome IS 'not_applicable where an agency has told nothing of the month 结果';
COMMENT ON COLUMN ops.across_result.observed IS 'Persons or rows that do not agree 不一致数';
COMMENT ON COLUMN ops.across_result.bound IS 'So many may 上限';
COMMENT ON COLUMN ops.across_result.evaluated_at IS 'When it was compared 比对时间';
CALL ops.secure_by_region('ops.across_result');
GRANT SELECT ON ops.across_result TO steppe_analyst, steppe_auditor;

ALTER TABLE ops.alert DROP CONSTRAINT alert_kind_check;
ALTER TABLE ops.alert ADD CONSTRAINT alert_kind_check CHECK (kind IN (
    'delivery_rejected', 'delivery_uncorrected', 'delivery_late', 'delivery_stuck', 'gate_failed', 'gate_warning',
    'sources_disagree', 'task_failed', 'alert_undeliverable', 'airflow_silent', 'watcher_silent'
));
