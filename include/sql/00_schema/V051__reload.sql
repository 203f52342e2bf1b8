-- Reasoned reloads: a month that is published is read again from the archive, judged in full and compared row by row. Rerun: once.
CREATE TABLE ops.reload (
    reload_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    period date NOT NULL CHECK (period = date_trunc('month', period)),
    sender_code text REFERENCES ops.region,
    why text NOT NULL CHECK (length(btrim(why)) >= 5 AND why !~ '[0-9]{11}'),
    requested_by text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at timestamptz,
    digest_before text,
    digest_after text
);
COMMENT ON TABLE ops.reload IS 'One row per reasoned reload of a month from the archive 回补记录';
COMMENT ON COLUMN ops.reload.reload_id IS 'Number 序号';
COMMENT ON COLUMN ops.reload.source IS 'Source 来源';
COMMENT ON COLUMN ops.reload.period IS 'Month 所属月份';
COMMENT ON COLUMN ops.reload.sender_code IS 'Only this sender; NULL for every one 报送单位';
COMMENT ON COLUMN ops.reload.why IS 'Why, without personal data 理由';
COMMENT ON COLUMN ops.reload.requested_by IS 'Login that asked for it 申请人';
COMMENT ON COLUMN ops.reload.began_at IS 'When it began 开始时间';
COMMENT ON COLUMN ops.reload.ended_at IS 'When facts and marts followed; NULL when it did not come so far 结束时间';
COMMENT ON COLUMN ops.reload.digest_before IS 'Digest of what facts and marts said before 回补前内容摘要';
COMMENT ON COLUMN ops.reload.digest_after IS 'Digest of what they said after 回补后内容摘要';

CREATE TABLE ops.reload_delivery (
    reload_id bigint NOT NULL REFERENCES ops.reload,
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    outcome text NOT NULL DEFAULT 'begun' CHECK (outcome IN ('begun', 'identical', 'changed', 'refused')),
    rows_inserted bigint NOT NULL DEFAULT 0,
    rows_ended bigint NOT NULL DEFAULT 0,
    rule_id text CHECK ((outcome = 'refused') = (rule_id IS NOT NULL)),
    PRIMARY KEY (reload_id, delivery_id)
);
COMMENT ON TABLE ops.reload_delivery IS 'One row per reload and delivery that was read again 回补批次';
COMMENT ON COLUMN ops.reload_delivery.reload_id IS 'Reload 回补序号';
COMMENT ON COLUMN ops.reload_delivery.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.reload_delivery.outcome IS 'identical, changed, refused by the rules of today, or begun and never ended 结果';
COMMENT ON COLUMN ops.reload_delivery.rows_inserted IS 'Rows that the warehouse did not have so 新写行数';
COMMENT ON COLUMN ops.reload_delivery.rows_ended IS 'Rows that the archive does not bear out 终止行数';
COMMENT ON COLUMN ops.reload_delivery.rule_id IS 'Rule that refused it; what was published stands 拒绝规则';

GRANT SELECT, INSERT, UPDATE ON ops.reload, ops.reload_delivery TO steppe_loader;
GRANT SELECT ON ops.reload, ops.reload_delivery TO steppe_auditor;
-- A publication that is said again goes to the end of the queue of what follows from publications.
GRANT UPDATE (publication_id, published_at) ON ops.publication TO steppe_loader;
