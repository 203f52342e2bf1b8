-- Recomputes every decision: its digest and its place among those of its claim.
-- Grain: per banner and rule, the first decision that breaks it. Inputs: ledger.decision. Rerun: reads only.
WITH
judged AS (
    SELECT
        decision.region_code,
        decision.claim_key,
        decision.decision_no,
        decision.decided_at,
        decision.digest <> ledger.decision_digest(decision) AS is_altered,
        decision.decision_no <> lag(decision.decision_no, 1, 0) OVER claim + 1
        OR decision.decided_at <= lag(decision.decided_at) OVER claim AS is_unchained
    FROM ledger.decision
    WINDOW claim AS (PARTITION BY decision.region_code, decision.claim_key ORDER BY decision.decision_no)
)

SELECT DISTINCT ON (judged.region_code, broken.rule_id)
    judged.region_code,
    broken.rule_id,
    concat_ws(' ', 'decision', judged.claim_key, judged.decision_no) AS row_name,
    judged.decision_no::bigint AS row_no
FROM judged
CROSS JOIN
    LATERAL (
        VALUES
        ('decision.digest', judged.is_altered),
        ('decision.gap', judged.is_unchained)
    ) AS broken (rule_id, is_broken)
WHERE (judged.is_altered OR judged.is_unchained) AND broken.is_broken
ORDER BY judged.region_code, broken.rule_id, judged.decided_at, judged.claim_key, judged.decision_no;
