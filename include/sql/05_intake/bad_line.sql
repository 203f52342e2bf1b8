-- Lines that could not be split into columns.
-- Grain: one row per delivery, resource and record number. Inputs: none. Rerun: creates what is missing.
CREATE UNLOGGED TABLE IF NOT EXISTS raw.bad_line (
    delivery_id bigint NOT NULL,
    resource text NOT NULL,
    line_no bigint NOT NULL CHECK (line_no > 0),
    rule_id text NOT NULL CHECK (starts_with(rule_id, 'format.')),
    line_text text NOT NULL,
    PRIMARY KEY (delivery_id, resource, line_no)
);
ALTER TABLE raw.bad_line OWNER TO steppe_loader;
COMMENT ON TABLE raw.bad_line IS 'Lines that could not be split into columns; quarantined by the gate 无法解析的行';
COMMENT ON COLUMN raw.bad_line.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN raw.bad_line.resource IS 'Resource 资源';
COMMENT ON COLUMN raw.bad_line.line_no IS 'Record number in the file; the header is 1 行号';
COMMENT ON COLUMN raw.bad_line.rule_id IS 'format.ragged, format.nul_byte, format.encoding or format.unbalanced_quote 规则';
COMMENT ON COLUMN raw.bad_line.line_text IS 'The line as text; bytes that are no text are written as \xNN 原文';
