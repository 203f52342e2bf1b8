-- Grain: one delivery per source, sender and month, each published, with results of rules. Inputs: ops.region, ops.delivery.
-- Rerun: once per warehouse.
INSERT INTO ops.delivery (
    sha256, file_name, size_bytes, source, sender_code, period, contract_version, state, rule_set_digest, rows_in, rows_accepted,
    rows_quarantined, rows_duplicate, rows_unchanged, received_at, landed_at, gated_at, finished_at
)
SELECT
    encode(sha256(convert_to(made.source || sender.sender_code || made.month, 'UTF8')), 'hex'),
    made.source || '_' || sender.sender_code || '.zip',
    1000000,
    made.source,
    sender.sender_code,
    made.month,
    '1.0',
    'published',
    'bench',
    60000,
    59900,
    100,
    0,
    0,
    made.month + interval '1 month 5 days',
    made.month + interval '1 month 5 days',
    made.month + interval '1 month 5 days',
    made.month + interval '1 month 5 days'
FROM (SELECT DISTINCT region.sender_code FROM ops.region AS region WHERE region.level = 'banner') AS sender
CROSS JOIN
    LATERAL (
        SELECT
            source,
            month
        FROM unnest(%(sources)s::text[]) AS each_source (source)
        CROSS JOIN unnest(%(months)s::date[]) AS each_month (month)
    ) AS made;

INSERT INTO ops.publication (delivery_id, source, sender_code, period, published_at)
SELECT
    delivery_id,
    source,
    sender_code,
    period,
    finished_at
FROM ops.delivery;

INSERT INTO ops.gate_result (delivery_id, resource, rule_id, severity, outcome, rows_evaluated, rows_failed)
SELECT
    delivery.delivery_id,
    'person',
    'person.rule_' || rule.number,
    CASE WHEN mod(rule.number, 3) = 0 THEN 'critical' ELSE 'warning' END,
    CASE WHEN mod(rule.number, 2) = 0 THEN 'fail' ELSE 'pass' END,
    60000,
    CASE WHEN mod(rule.number, 2) = 0 THEN rule.number ELSE 0 END
FROM ops.delivery AS delivery
CROSS JOIN generate_series(1, 80) AS rule (number);
