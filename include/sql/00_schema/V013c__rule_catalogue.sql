-- The rules as data, and how often each was broken. Rerun: once.
ALTER TABLE ops.gate_result DROP CONSTRAINT gate_result_outcome_check;
ALTER TABLE ops.gate_result ADD CONSTRAINT gate_result_outcome_check
CHECK (outcome IN ('pass', 'warn', 'fail', 'error', 'not_applicable'));
ALTER TABLE ops.gate_result ADD COLUMN observed numeric, ADD COLUMN bound numeric;
COMMENT ON COLUMN ops.gate_result.outcome IS 'pass, warn, fail, error when the rule could not run, not_applicable when there was nothing to judge 结果';
COMMENT ON COLUMN ops.gate_result.observed IS 'What a rule on the whole compares with its bound, such as the rejected share 观测值';
COMMENT ON COLUMN ops.gate_result.bound IS 'The bound it was held to; another can be tried with ops.outcome_under 界限';

CREATE TABLE ops.rule (
    rule_id text PRIMARY KEY,
    source text,
    resource text NOT NULL,
    owner text NOT NULL,
    clause text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('critical', 'warning')),
    kind text NOT NULL CHECK (kind IN ('row', 'table', 'format', 'delivery')),
    rejects text,
    why text NOT NULL,
    fix text NOT NULL,
    is_current boolean NOT NULL
);
COMMENT ON TABLE ops.rule IS 'One row per rule of the gate, from expectations/; a rule that was taken out stays, not current 规则';
COMMENT ON COLUMN ops.rule.rule_id IS 'Rule 规则';
COMMENT ON COLUMN ops.rule.source IS 'Contract; NULL for rules on any line or delivery 来源';
COMMENT ON COLUMN ops.rule.resource IS 'Resource; line or delivery for rules on any of them 资源';
COMMENT ON COLUMN ops.rule.owner IS 'Who answers for the data 责任部门';
COMMENT ON COLUMN ops.rule.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN ops.rule.severity IS 'critical keeps a row or delivery out, warning alerts 级别';
COMMENT ON COLUMN ops.rule.kind IS 'Asked of each row, of a table, of a line (format) or of the delivery 类别';
COMMENT ON COLUMN ops.rule.rejects IS 'Rule under which the whole delivery goes back when this one fails 退回规则';
COMMENT ON COLUMN ops.rule.why IS 'Why there is this rule 原因';
COMMENT ON COLUMN ops.rule.fix IS 'What the sender does about it 处理办法';
COMMENT ON COLUMN ops.rule.is_current IS 'Whether the rule is in force 是否现行';
GRANT SELECT ON ops.rule TO steppe_loader, steppe_analyst, steppe_auditor;

-- Grain: one row per rule and month of delivered data; month is NULL for a rule that no delivery has met yet.
CREATE VIEW mart.rule_catalogue WITH (security_invoker = TRUE) AS
WITH met AS (
    SELECT
        result.rule_id,
        delivery.period,
        result.outcome,
        result.rows_evaluated,
        result.rows_failed
    FROM ops.gate_result AS result
    INNER JOIN ops.delivery AS delivery ON result.delivery_id = delivery.delivery_id
    UNION ALL
    SELECT
        rule_id,
        period,
        'fail',
        NULL,
        NULL
    FROM ops.delivery
    WHERE state = 'rejected'
)

SELECT
    rule.rule_id,
    rule.source,
    rule.resource,
    rule.owner,
    rule.clause,
    rule.severity,
    rule.kind,
    rule.why,
    rule.fix,
    rule.is_current,
    met.period AS month,
    count(met.outcome) AS times_met,
    count(*) FILTER (WHERE met.outcome = 'pass') AS times_passed,
    count(*) FILTER (WHERE met.outcome = 'warn') AS times_warned,
    count(*) FILTER (WHERE met.outcome = 'fail') AS times_failed,
    count(*) FILTER (WHERE met.outcome = 'error') AS times_in_error,
    count(*) FILTER (WHERE met.outcome = 'not_applicable') AS times_not_applicable,
    sum(met.rows_evaluated)::bigint AS rows_evaluated,
    sum(met.rows_failed)::bigint AS rows_failed,
    round(sum(met.rows_failed) / nullif(sum(met.rows_evaluated), 0), 6) AS hit_rate
FROM ops.rule AS rule
LEFT JOIN met ON rule.rule_id = met.rule_id
GROUP BY rule.rule_id, met.period;
ALTER VIEW mart.rule_catalogue OWNER TO steppe_loader;
COMMENT ON VIEW mart.rule_catalogue IS 'Every rule of the gate with its reason, cure, owner and, month by month, how often it was broken (C2.2) 规则目录';
COMMENT ON COLUMN mart.rule_catalogue.rule_id IS 'Rule 规则';
COMMENT ON COLUMN mart.rule_catalogue.source IS 'Contract; NULL for rules on any line or delivery 来源';
COMMENT ON COLUMN mart.rule_catalogue.resource IS 'Resource; line or delivery for rules on any of them 资源';
COMMENT ON COLUMN mart.rule_catalogue.owner IS 'Who answers for the data 责任部门';
COMMENT ON COLUMN mart.rule_catalogue.clause IS 'Clause of the notice 条款';
COMMENT ON COLUMN mart.rule_catalogue.severity IS 'critical keeps a row or delivery out, warning alerts 级别';
COMMENT ON COLUMN mart.rule_catalogue.kind IS 'Asked of each row, of a table, of a line (format) or of the delivery 类别';
COMMENT ON COLUMN mart.rule_catalogue.why IS 'Why there is this rule 原因';
COMMENT ON COLUMN mart.rule_catalogue.fix IS 'What the sender does about it 处理办法';
COMMENT ON COLUMN mart.rule_catalogue.is_current IS 'Whether the rule is in force 是否现行';
COMMENT ON COLUMN mart.rule_catalogue.month IS 'Month of the data; NULL when no delivery has met the rule 月份';
COMMENT ON COLUMN mart.rule_catalogue.times_met IS 'Times the rule was asked of a delivery 校验次数';
COMMENT ON COLUMN mart.rule_catalogue.times_passed IS 'Passed 通过次数';
COMMENT ON COLUMN mart.rule_catalogue.times_warned IS 'Broken, but the data went on 警示次数';
COMMENT ON COLUMN mart.rule_catalogue.times_failed IS 'Broken, rows or delivery kept out 未通过次数';
COMMENT ON COLUMN mart.rule_catalogue.times_in_error IS 'Could not run 未能执行次数';
COMMENT ON COLUMN mart.rule_catalogue.times_not_applicable IS 'There was nothing to judge 不适用次数';
COMMENT ON COLUMN mart.rule_catalogue.rows_evaluated IS 'Rows judged; unchanged rows are not judged again 校验行数';
COMMENT ON COLUMN mart.rule_catalogue.rows_failed IS 'Rows that broke it 未通过行数';
COMMENT ON COLUMN mart.rule_catalogue.hit_rate IS 'rows_failed / rows_evaluated 命中率';
GRANT SELECT ON mart.rule_catalogue TO steppe_analyst, steppe_auditor;

-- Grain: one row per source, sender and month that something arrived for.
CREATE VIEW mart.sender_quality WITH (security_invoker = TRUE) AS
WITH monthly AS (
    SELECT
        source,
        sender_code,
        period,
        count(*) AS deliveries,
        count(*) FILTER (WHERE state = 'rejected') AS rejected,
        min(finished_at) FILTER (WHERE state = 'published') AS first_published_at,
        (array_agg(rows_in ORDER BY delivery_id DESC) FILTER (WHERE state = 'published'))[1] AS rows_in,
        (array_agg(rows_quarantined ORDER BY delivery_id DESC) FILTER (WHERE state = 'published'))[1] AS rows_quarantined
    FROM ops.delivery
    WHERE
        sender_code IN (SELECT visible.region_code FROM ops.visible_region AS visible)
        OR pg_has_role('steppe_auditor', 'usage')
    GROUP BY source, sender_code, period
),

shared AS (
    SELECT
        monthly.*,
        round(rows_quarantined::numeric / nullif(rows_in, 0), 6) AS quarantined_share
    FROM monthly
)

SELECT
    source,
    sender_code,
    period,
    deliveries,
    rejected,
    first_published_at,
    rows_in,
    rows_quarantined,
    quarantined_share,
    lag(quarantined_share) OVER (PARTITION BY source, sender_code ORDER BY period) AS previous_share,
    CASE sign(quarantined_share - lag(quarantined_share) OVER (PARTITION BY source, sender_code ORDER BY period))
        WHEN -1 THEN 'better'
        WHEN 0 THEN 'same'
        WHEN 1 THEN 'worse'
    END AS trend
FROM shared;
ALTER VIEW mart.sender_quality OWNER TO steppe_loader;
COMMENT ON VIEW mart.sender_quality IS 'How good each sender is at sending, month by month, and whether it gets better (C2.2) 报送质量';
COMMENT ON COLUMN mart.sender_quality.source IS 'Source 来源';
COMMENT ON COLUMN mart.sender_quality.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN mart.sender_quality.period IS 'Month 所属月份';
COMMENT ON COLUMN mart.sender_quality.deliveries IS 'Deliveries that arrived 报送次数';
COMMENT ON COLUMN mart.sender_quality.rejected IS 'Of these, rejected 退回次数';
COMMENT ON COLUMN mart.sender_quality.first_published_at IS 'When the first was published; NULL when none was 首次发布时间';
COMMENT ON COLUMN mart.sender_quality.rows_in IS 'Rows of the last published one 报送行数';
COMMENT ON COLUMN mart.sender_quality.rows_quarantined IS 'Of these, in quarantine 隔离行数';
COMMENT ON COLUMN mart.sender_quality.quarantined_share IS 'rows_quarantined / rows_in 隔离比例';
COMMENT ON COLUMN mart.sender_quality.previous_share IS 'The same of the month before on file 上期隔离比例';
COMMENT ON COLUMN mart.sender_quality.trend IS 'better, same or worse than the month before on file 趋势';
GRANT SELECT ON mart.sender_quality TO steppe_analyst, steppe_auditor;

-- What the recorded results come to under other thresholds, without judging anything again. NULL leaves a threshold as it was.
CREATE FUNCTION ops.outcome_under(
    max_rejected_share numeric DEFAULT NULL, max_absent_share numeric DEFAULT NULL, min_warned_share numeric DEFAULT NULL
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
        WHEN rule.kind = 'row' AND result.severity = 'warning' AND min_warned_share IS NOT NULL
            THEN CASE WHEN result.rows_failed > min_warned_share * result.rows_evaluated THEN 'warn' ELSE 'pass' END
        ELSE result.outcome
    END AS outcome_under
FROM ops.gate_result AS result
INNER JOIN ops.rule AS rule ON result.rule_id = rule.rule_id;
END;
COMMENT ON FUNCTION ops.outcome_under(numeric, numeric, numeric) IS 'Outcome of every recorded result under other thresholds 按其他阈值重算结果';
