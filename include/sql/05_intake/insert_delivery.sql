-- Record a delivery of new content; no row when another process was first.
-- Grain: one row per content. Inputs: values. Rerun: changes nothing.
INSERT INTO ops.delivery (
    sha256, file_name, size_bytes, source, sender_code, period, contract_version, made_at,
    state, rule_id, reason_zh, reason_en, finished_at
)
VALUES (
    %(sha256)s, %(file_name)s, %(size_bytes)s, %(source)s, %(sender_code)s, %(period)s, %(contract_version)s, %(made_at)s,
    CASE WHEN %(rule_id)s::text IS NULL THEN 'received' ELSE 'rejected' END, %(rule_id)s, %(reason_zh)s, %(reason_en)s,
    CASE WHEN %(rule_id)s::text IS NOT NULL THEN now() END
)
ON CONFLICT (sha256) DO NOTHING;
