-- Grain: one row: the mark of post_subsidies, the last publication, and the digest of rules as used and as they are now.
-- Inputs: ops.step_mark, ops.publication, ops.programme, ops.fund_rule, ops.exclusion, ops.fund_budget, ops.parameter. Rerun: reads only.
WITH
rule AS (
    SELECT programme::text AS rule_row FROM ops.programme
    UNION ALL
    SELECT fund_rule::text FROM ops.fund_rule
    UNION ALL
    SELECT exclusion::text FROM ops.exclusion
    UNION ALL
    SELECT fund_budget::text FROM ops.fund_budget
    UNION ALL
    SELECT parameter::text FROM ops.parameter
)

SELECT
    step_mark.publication_id AS mark,
    (SELECT coalesce(max(publication.publication_id), 0) FROM ops.publication) AS latest,
    step_mark.rules_sha256 AS rules_used,
    (SELECT encode(sha256(convert_to(string_agg(rule.rule_row, '|' ORDER BY rule.rule_row), 'UTF8')), 'hex') FROM rule) AS rules_now
FROM ops.step_mark
WHERE step_mark.step = 'post_subsidies';
