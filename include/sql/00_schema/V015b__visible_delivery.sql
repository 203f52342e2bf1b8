-- Deliveries as far as a role may see their senders: the page's quality views read these, not the record itself. Rerun: once.
-- A view runs with its owner's rights and the reader's name, as ops.visible_region does.
CREATE VIEW ops.visible_sender AS
SELECT banner.sender_code
FROM ops.visible_region AS visible
INNER JOIN ops.region AS banner ON visible.region_code = banner.region_code
WHERE banner.sender_code IS NOT NULL
UNION
SELECT visible.region_code AS sender_code
FROM ops.visible_region AS visible;
COMMENT ON VIEW ops.visible_sender IS 'Senders of the regions that the current role may see 当前角色可见报送单位';
COMMENT ON COLUMN ops.visible_sender.sender_code IS 'League, banner or city 报送单位';

-- What came without a readable sender concerns whoever sees the whole region.
CREATE VIEW ops.visible_delivery AS
SELECT
    delivery.delivery_id,
    delivery.file_name,
    delivery.size_bytes,
    delivery.sha256,
    delivery.source,
    delivery.sender_code,
    delivery.period,
    delivery.contract_version,
    delivery.rule_set_digest,
    delivery.state,
    delivery.rule_id,
    delivery.reason_zh,
    delivery.reason_en,
    delivery.rows_in,
    delivery.rows_accepted,
    delivery.rows_quarantined,
    delivery.rows_duplicate,
    delivery.rows_unchanged,
    delivery.received_at,
    delivery.gated_at,
    delivery.finished_at
FROM ops.delivery AS delivery
WHERE
    delivery.sender_code IN (SELECT visible.sender_code FROM ops.visible_sender AS visible)
    OR (
        delivery.sender_code IS NULL
        AND EXISTS (
            SELECT
            FROM ops.visible_region AS visible
            INNER JOIN ops.region AS region ON visible.region_code = region.region_code
            WHERE region.level = 'region'
        )
    );
COMMENT ON VIEW ops.visible_delivery IS 'Deliveries of the senders that the current role may see 当前角色可见批次';
COMMENT ON COLUMN ops.visible_delivery.delivery_id IS 'Number of the delivery 批次号';
COMMENT ON COLUMN ops.visible_delivery.file_name IS 'Name under which it arrived 文件名';
COMMENT ON COLUMN ops.visible_delivery.size_bytes IS 'Size, bytes 字节数';
COMMENT ON COLUMN ops.visible_delivery.sha256 IS 'SHA-256 of the delivered bytes 内容摘要';
COMMENT ON COLUMN ops.visible_delivery.source IS 'Contract it follows 来源';
COMMENT ON COLUMN ops.visible_delivery.sender_code IS 'Code of the sender 报送单位';
COMMENT ON COLUMN ops.visible_delivery.period IS 'First day of the delivered month 所属月份';
COMMENT ON COLUMN ops.visible_delivery.contract_version IS 'Version of the contract 合同版本';
COMMENT ON COLUMN ops.visible_delivery.rule_set_digest IS 'Digest of rules, code lists and references under which it was judged 规则集摘要';
COMMENT ON COLUMN ops.visible_delivery.state IS 'received, landed, gated, published or rejected 状态';
COMMENT ON COLUMN ops.visible_delivery.rule_id IS 'Rule that rejected it 退回规则';
COMMENT ON COLUMN ops.visible_delivery.reason_zh IS 'Reason in Chinese 退回原因';
COMMENT ON COLUMN ops.visible_delivery.reason_en IS 'Reason in English 退回原因（英文）';
COMMENT ON COLUMN ops.visible_delivery.rows_in IS 'Rows delivered 报送行数';
COMMENT ON COLUMN ops.visible_delivery.rows_accepted IS 'Rows accepted 通过行数';
COMMENT ON COLUMN ops.visible_delivery.rows_quarantined IS 'Rows quarantined 隔离行数';
COMMENT ON COLUMN ops.visible_delivery.rows_duplicate IS 'Rows that repeat another row exactly 重复行数';
COMMENT ON COLUMN ops.visible_delivery.rows_unchanged IS 'Accepted rows that were not judged again 未变行数';
COMMENT ON COLUMN ops.visible_delivery.received_at IS 'When it was received 接收时间';
COMMENT ON COLUMN ops.visible_delivery.gated_at IS 'When the gate had judged it 校验时间';
COMMENT ON COLUMN ops.visible_delivery.finished_at IS 'When it was published or rejected 终结时间';
GRANT SELECT ON ops.visible_sender, ops.visible_delivery TO steppe_analyst, steppe_auditor;

-- Rows of a month lie by banner, as the registers are delivered: a summary of each stretch of the table finds a banner's, at no cost to
-- the build that a tree over a million rows would have.
CREATE INDEX fct_employment_month_by_region ON warehouse.fct_employment_month USING brin (region_code)
WITH (pages_per_range = 16, autosummarize = on);
