-- History that does not depend on the order in which deliveries arrive. Rerun: once.

-- A month's newest file is the one that was made last, whichever comes last.
ALTER TABLE ops.delivery ADD COLUMN made_at timestamptz;
COMMENT ON COLUMN ops.delivery.made_at IS 'When the sender made the file, by its manifest; NULL when it could not be told 文件生成时间';

-- A key that a later month has in quarantine: what an earlier month says of it goes on holding, also when that month comes late.
ALTER TABLE quarantine.row ADD COLUMN key_hash bigint;
COMMENT ON COLUMN quarantine.row.key_hash IS 'Hash of the delivered key; NULL for a line that could not be split 主键摘要';
CREATE INDEX row_by_key ON quarantine.row (delivery_id, resource, key_hash);

-- What a month told of a key that a later month tells, too: it holds again when the later one is withdrawn.
-- Grain: one row per target, sender, key and month. From deliveries of resources that are told month by month.
CREATE TABLE warehouse.told_before (
    target text NOT NULL,
    sender_code text NOT NULL,
    region_code text NOT NULL,
    key_hash bigint NOT NULL,
    period date NOT NULL,
    content jsonb NOT NULL,
    PRIMARY KEY (target, sender_code, key_hash, period, region_code)
);
ALTER TABLE warehouse.told_before OWNER TO steppe_loader;
COMMENT ON TABLE warehouse.told_before IS 'What a month told of a key that a later month tells too; closed to analysts 被后续月份覆盖的旧内容';
COMMENT ON COLUMN warehouse.told_before.target IS 'Table of the warehouse that it belongs to 所属表';
COMMENT ON COLUMN warehouse.told_before.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN warehouse.told_before.region_code IS 'Banner of the row 区划代码';
COMMENT ON COLUMN warehouse.told_before.key_hash IS 'Hash of the delivered key 主键摘要';
COMMENT ON COLUMN warehouse.told_before.period IS 'Month whose delivery told it 所属月份';
COMMENT ON COLUMN warehouse.told_before.content IS 'The row as it would stand in the table 内容';
GRANT SELECT ON TABLE warehouse.told_before TO steppe_auditor;
ALTER TABLE warehouse.told_before ENABLE ROW LEVEL SECURITY;
CREATE POLICY auditor_all ON warehouse.told_before FOR SELECT TO steppe_auditor USING (TRUE);
