-- Results in Great Expectations' own form, so that its tools can read them. Rerun: once.
CREATE TABLE ops.validation_result (
    delivery_id bigint NOT NULL REFERENCES ops.delivery,
    resource text NOT NULL,
    result jsonb NOT NULL,
    PRIMARY KEY (delivery_id, resource)
);
COMMENT ON TABLE ops.validation_result IS 'One row per delivery and suite: a stock ExpectationSuiteValidationResult, counts only GX 校验结果';
COMMENT ON COLUMN ops.validation_result.delivery_id IS 'Delivery 批次号';
COMMENT ON COLUMN ops.validation_result.resource IS 'Resource; also the name of the suite 资源';
COMMENT ON COLUMN ops.validation_result.result IS 'The result as JSON, without any value of a row 结果';
GRANT SELECT ON ops.validation_result TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT, UPDATE ON ops.validation_result TO steppe_loader;
