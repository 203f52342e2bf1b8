-- What the gate read although it was written otherwise: each repair by its place and classes, never by its value. Rerun: once.
CREATE TABLE ops.repair (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    line_no bigint NOT NULL,
    column_name text NOT NULL,
    before_class text NOT NULL CHECK (
        before_class IN (
            'full_width', 'blanks', 'id_of_15_digits', 'disability_certificate', 'lower_case_x', 'wan_yuan', 'other'
        )
    ),
    after_class text NOT NULL CHECK (after_class IN ('plain', 'id_of_18_characters', 'yuan')),
    row_count bigint NOT NULL DEFAULT 1 CHECK (row_count > 0),
    repaired_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (delivery_id, resource, line_no, column_name)
);
COMMENT ON TABLE ops.repair IS 'One row per cell that was read in another form than it was written in, or per column whose unit was proven 自动更正';
COMMENT ON COLUMN ops.repair.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.repair.resource IS 'Resource 资源';
COMMENT ON COLUMN ops.repair.line_no IS 'Record number in the file, the header is 1; 1 stands for the whole column 行号';
COMMENT ON COLUMN ops.repair.column_name IS 'Column 列';
COMMENT ON COLUMN ops.repair.before_class IS 'How it was written 原写法';
COMMENT ON COLUMN ops.repair.after_class IS 'How it was read 更正后';
COMMENT ON COLUMN ops.repair.row_count IS 'Rows: 1 for a cell, all that hold an amount for a column 行数';
COMMENT ON COLUMN ops.repair.repaired_at IS 'When 更正时间';

GRANT SELECT ON ops.repair TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT, DELETE ON ops.repair TO steppe_loader;

-- A rule of severity info neither keeps a row out nor warns: it counts.
ALTER TABLE ops.gate_result DROP CONSTRAINT gate_result_severity_check;
ALTER TABLE ops.gate_result ADD CHECK (severity IN ('critical', 'warning', 'info'));
COMMENT ON COLUMN ops.gate_result.severity IS 'critical quarantines the row or rejects the delivery, warning alerts, info counts 级别';
ALTER TABLE ops.rule DROP CONSTRAINT rule_severity_check;
ALTER TABLE ops.rule ADD CHECK (severity IN ('critical', 'warning', 'info'));
COMMENT ON COLUMN ops.rule.severity IS 'critical keeps a row or delivery out, warning alerts, info counts 级别';
COMMENT ON COLUMN mart.rule_catalogue.severity IS 'critical keeps a row or delivery out, warning alerts, info counts 级别';
