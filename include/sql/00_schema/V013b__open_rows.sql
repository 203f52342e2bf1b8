-- What is in quarantine, as counts that everybody may see, until a later delivery releases it. Rerun: once.
CREATE TABLE ops.quarantine_count (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    rule_id text NOT NULL,
    region_code text NOT NULL,
    row_count bigint NOT NULL CHECK (row_count > 0),
    quarantined_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by bigint REFERENCES ops.delivery,
    PRIMARY KEY (delivery_id, resource, rule_id, region_code),
    CHECK ((released_at IS NULL) = (released_by IS NULL)),
    CHECK (released_by > delivery_id)
);
COMMENT ON TABLE ops.quarantine_count IS 'Rows of a delivery in quarantine by rule and banner; a row counts once, under the first rule it broke 隔离行数';
COMMENT ON COLUMN ops.quarantine_count.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.quarantine_count.resource IS 'Resource 资源';
COMMENT ON COLUMN ops.quarantine_count.rule_id IS 'First rule that the rows broke 规则';
COMMENT ON COLUMN ops.quarantine_count.region_code IS 'Banner of the rows; the sender where they name none 区划代码';
COMMENT ON COLUMN ops.quarantine_count.row_count IS 'Rows 行数';
COMMENT ON COLUMN ops.quarantine_count.quarantined_at IS 'When 隔离时间';
COMMENT ON COLUMN ops.quarantine_count.released_at IS 'When a later delivery of the same sender and month took their place; NULL while they are open 释放时间';
COMMENT ON COLUMN ops.quarantine_count.released_by IS 'That delivery 释放批次';
GRANT SELECT ON ops.quarantine_count TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT, DELETE ON ops.quarantine_count TO steppe_loader;
GRANT UPDATE (released_at, released_by) ON ops.quarantine_count TO steppe_loader;
CALL ops.secure_by_region('ops.quarantine_count');
CREATE POLICY loader_all ON ops.quarantine_count TO steppe_loader USING (true) WITH CHECK (true);

-- Grain: one row per source, sender, month, resource, rule and banner with open rows.
CREATE VIEW mart.open_quarantine WITH (security_invoker = TRUE) AS
SELECT
    delivery.source,
    delivery.sender_code,
    counted.region_code,
    delivery.period,
    counted.resource,
    counted.rule_id,
    sum(counted.row_count) FILTER (WHERE counted.released_at IS NULL)::bigint AS open_rows,
    min(counted.quarantined_at) AS open_since,
    current_date - min(counted.quarantined_at)::date AS age_days
FROM ops.quarantine_count AS counted
INNER JOIN ops.delivery AS delivery ON counted.delivery_id = delivery.delivery_id
GROUP BY
    delivery.source, delivery.sender_code, counted.region_code, delivery.period, counted.resource, counted.rule_id
HAVING count(*) FILTER (WHERE counted.released_at IS NULL) > 0;
ALTER VIEW mart.open_quarantine OWNER TO steppe_loader;
COMMENT ON VIEW mart.open_quarantine IS 'Rows in quarantine that no later delivery has replaced, with their age (C2.2) 待更正行';
COMMENT ON COLUMN mart.open_quarantine.source IS 'Source 来源';
COMMENT ON COLUMN mart.open_quarantine.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN mart.open_quarantine.region_code IS 'Banner of the rows; the sender where they name none 区划代码';
COMMENT ON COLUMN mart.open_quarantine.period IS 'Month 所属月份';
COMMENT ON COLUMN mart.open_quarantine.resource IS 'Resource 资源';
COMMENT ON COLUMN mart.open_quarantine.rule_id IS 'First rule that the rows broke 规则';
COMMENT ON COLUMN mart.open_quarantine.open_rows IS 'Rows to correct 待更正行数';
COMMENT ON COLUMN mart.open_quarantine.open_since IS 'Since when this rule has been broken in the deliveries of this month 起始时间';
COMMENT ON COLUMN mart.open_quarantine.age_days IS 'Days since then 已逾天数';
GRANT SELECT ON mart.open_quarantine TO steppe_analyst, steppe_auditor;
