-- What a delivery changes, before it is published, and who allowed what needs a person's word. Rerun: once.
CREATE TABLE ops.difference (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    predecessor_id bigint REFERENCES ops.delivery,
    rows_added bigint NOT NULL,
    rows_removed bigint NOT NULL,
    rows_changed bigint NOT NULL,
    rows_unchanged bigint NOT NULL,
    compared_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, resource)
);
COMMENT ON TABLE ops.difference IS 'One row per delivery and resource: what it changes against what is known for its month 与上批差异';
COMMENT ON COLUMN ops.difference.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.difference.resource IS 'Resource 资源';
COMMENT ON COLUMN ops.difference.predecessor_id IS 'Delivery of the same sender that was published last, up to this month; NULL for the first 上一批次';
COMMENT ON COLUMN ops.difference.rows_added IS 'Accepted rows whose key is not known 新增行数';
COMMENT ON COLUMN ops.difference.rows_removed IS 'Known keys that it does not name, so that they end 减少行数';
COMMENT ON COLUMN ops.difference.rows_changed IS 'Accepted rows whose key is known with other content 变化行数';
COMMENT ON COLUMN ops.difference.rows_unchanged IS 'Accepted rows known with the same content 未变行数';
COMMENT ON COLUMN ops.difference.compared_at IS 'When 比较时间';

CREATE TABLE ops.difference_column (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    column_name text NOT NULL,
    rows_changed bigint NOT NULL CHECK (rows_changed > 0),
    PRIMARY KEY (delivery_id, resource, column_name),
    FOREIGN KEY (delivery_id, resource) REFERENCES ops.difference ON DELETE CASCADE
);
COMMENT ON TABLE ops.difference_column IS 'One row per column that changes: how many rows, never a value 列差异';
COMMENT ON COLUMN ops.difference_column.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.difference_column.resource IS 'Resource 资源';
COMMENT ON COLUMN ops.difference_column.column_name IS 'Column; (other) for rows that change only in what the warehouse does not keep, such as names 列';
COMMENT ON COLUMN ops.difference_column.rows_changed IS 'Changed rows in which it differs 变化行数';

CREATE TABLE ops.approval_request (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    rule_id text NOT NULL REFERENCES ops.rule,
    run_id text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, rule_id)
);
COMMENT ON TABLE ops.approval_request IS 'One row per rejection that a person was asked about, in Airflow 批准请求';
COMMENT ON COLUMN ops.approval_request.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.approval_request.rule_id IS 'Rule under which it was rejected 规则';
COMMENT ON COLUMN ops.approval_request.run_id IS 'Run of approve_deliveries in which the question waits 运行';
COMMENT ON COLUMN ops.approval_request.asked_at IS 'When 提出时间';

CREATE TABLE ops.approval (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    rule_id text NOT NULL REFERENCES ops.rule,
    decision text NOT NULL CHECK (decision IN ('approved', 'refused')),
    decided_by text NOT NULL,
    reason text NOT NULL CHECK (reason !~ '[0-9]{11}'),
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, rule_id),
    CHECK (decision = 'refused' OR length(btrim(reason)) >= 5)
);
COMMENT ON TABLE ops.approval IS 'One row per decision on such a rejection; it is never changed 批准决定';
COMMENT ON COLUMN ops.approval.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.approval.rule_id IS 'Rule that does not reject it any more once approved 规则';
COMMENT ON COLUMN ops.approval.decision IS 'approved or refused 决定';
COMMENT ON COLUMN ops.approval.decided_by IS 'Who decided; timeout when nobody did in time 决定人';
COMMENT ON COLUMN ops.approval.reason IS 'Why, without personal data 理由';
COMMENT ON COLUMN ops.approval.decided_at IS 'When 决定时间';

GRANT SELECT ON ops.difference, ops.difference_column, ops.approval_request, ops.approval
TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT, DELETE ON ops.difference, ops.difference_column TO steppe_loader;
GRANT INSERT ON ops.approval_request, ops.approval TO steppe_loader;

-- Thresholds are tried on what is on record: the deviation, too.
DROP FUNCTION ops.outcome_under(numeric, numeric, numeric);

CREATE FUNCTION ops.outcome_under(
    max_rejected_share numeric DEFAULT NULL,
    max_absent_share numeric DEFAULT NULL,
    min_warned_share numeric DEFAULT NULL,
    max_deviation numeric DEFAULT NULL
)
RETURNS TABLE (delivery_id bigint, resource text, rule_id text, outcome text, outcome_under text)
LANGUAGE sql STABLE
BEGIN ATOMIC
SELECT
    result.delivery_id,
    result.resource,
    result.rule_id,
    result.outcome,
    CASE
        WHEN result.outcome IN ('error', 'not_applicable') THEN result.outcome
        WHEN rule.rejects = 'delivery.rejected_share' AND max_rejected_share IS NOT NULL
            THEN CASE WHEN result.observed > max_rejected_share THEN 'fail' ELSE 'pass' END
        WHEN rule.rejects = 'delivery.mass_deletion' AND max_absent_share IS NOT NULL
            THEN CASE WHEN result.observed > max_absent_share THEN 'fail' ELSE 'pass' END
        WHEN rule.rule_id LIKE '%.rows_plausible' AND max_deviation IS NOT NULL
            THEN CASE
                WHEN result.observed <= max_deviation THEN 'pass'
                WHEN result.severity = 'critical' THEN 'fail'
                ELSE 'warn'
            END
        WHEN rule.kind = 'row' AND result.severity = 'warning' AND min_warned_share IS NOT NULL
            THEN CASE WHEN result.rows_failed > min_warned_share * result.rows_evaluated THEN 'warn' ELSE 'pass' END
        ELSE result.outcome
    END AS outcome_under
FROM ops.gate_result AS result
INNER JOIN ops.rule AS rule ON result.rule_id = rule.rule_id;
END;
COMMENT ON FUNCTION ops.outcome_under(numeric, numeric, numeric, numeric) IS 'Outcome of every recorded result under other thresholds 按其他阈值重算结果';
