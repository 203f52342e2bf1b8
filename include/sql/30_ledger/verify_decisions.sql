-- Recomputes every decision: its digest and its place among those of its claim.
-- Grain: per banner and rule, the first decision that breaks it. Inputs: ledger.decision. Rerun: reads only.
-- Digests are asked where the table is read, by all processors: above the order of each claim one alone would work them out.
WITH
altered AS (
    SELECT
        decision.region_code,
        'decision.digest' AS rule_id,
        decision.claim_key,
        decision.decision_no,
        decision.decided_at
    FROM ledger.decision
    WHERE decision.digest <> ledger.decision_digest(decision)
),

chained AS (
    SELECT
        decision.region_code,
        decision.claim_key,
        decision.decision_no,
        decision.decided_at,
        decision.decision_no <> lag(decision.decision_no, 1, 0) OVER claim + 1
        OR decision.decided_at <= lag(decision.decided_at) OVER claim AS is_unchained
    FROM ledger.decision
    WINDOW claim AS (PARTITION BY decision.region_code, decision.claim_key ORDER BY decision.decision_no)
),

broken AS (
    SELECT
        altered.region_code,
        altered.rule_id,
        altered.claim_key,
        altered.decision_no,
        altered.decided_at
    FROM altered
    UNION ALL
    SELECT
        chained.region_code,
        'decision.gap' AS rule_id,
        chained.claim_key,
        chained.decision_no,
        chained.decided_at
    FROM chained
    WHERE chained.is_unchained
)

SELECT DISTINCT ON (broken.region_code, broken.rule_id)
    broken.region_code,
    broken.rule_id,
    concat_ws(' ', 'decision', broken.claim_key, broken.decision_no) AS row_name,
    broken.decision_no::bigint AS row_no
FROM broken
ORDER BY broken.region_code, broken.rule_id, broken.decided_at, broken.claim_key, broken.decision_no;
