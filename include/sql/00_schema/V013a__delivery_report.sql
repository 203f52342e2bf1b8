-- What goes back to a sender: files of the installation, one row each. Rerun: once.
CREATE TABLE ops.delivery_report (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    kind text NOT NULL CHECK (kind IN ('workbook', 'page')),
    path text NOT NULL CHECK (path !~ '(^/|\.\.)'),
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, kind)
);
COMMENT ON TABLE ops.delivery_report IS 'One row per file made for the sender of a delivery 回执文件';
COMMENT ON COLUMN ops.delivery_report.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.delivery_report.kind IS 'workbook: the rows to correct, personal data; page: counts and rules only 类别';
COMMENT ON COLUMN ops.delivery_report.path IS 'Path below the folder reports of the installation 相对路径';
COMMENT ON COLUMN ops.delivery_report.made_at IS 'When 生成时间';
GRANT SELECT ON ops.delivery_report TO steppe_loader, steppe_auditor;
GRANT INSERT, UPDATE, DELETE ON ops.delivery_report TO steppe_loader;
