-- A programme's month counts each person's claims first, and then the persons: only so do all processors take part. Rerun: once.
CREATE OR REPLACE VIEW ledger.programme_month WITH (security_invoker = TRUE) AS
WITH
person AS (
    SELECT
        decision.region_code,
        decision.programme_code,
        date_trunc('month', decision.event_date)::date AS month,
        -- One for all that is not granted, which counts no person.
        CASE WHEN decision.outcome = 'eligible' THEN decision.person_key END AS person_key,
        count(*) FILTER (WHERE decision.outcome <> 'withdrawn') AS claims,
        count(*) FILTER (WHERE decision.outcome = 'eligible') AS eligible_claims,
        count(*) FILTER (WHERE decision.outcome = 'refused') AS refused_claims,
        sum(decision.amount_fen) AS granted_fen,
        sum(money.paid_fen) AS paid_fen,
        sum(money.clawback_fen) AS clawback_fen
    FROM ledger.current_decision AS decision
    LEFT JOIN ledger.claim_money AS money
        ON decision.region_code = money.region_code AND decision.claim_key = money.claim_key
    GROUP BY
        decision.region_code,
        decision.programme_code,
        date_trunc('month', decision.event_date)::date,
        CASE WHEN decision.outcome = 'eligible' THEN decision.person_key END
)

SELECT
    region_code,
    programme_code,
    month,
    sum(claims)::bigint AS claims,
    sum(eligible_claims)::bigint AS eligible_claims,
    sum(refused_claims)::bigint AS refused_claims,
    count(person_key) AS persons,
    sum(granted_fen) AS granted_fen,
    coalesce(sum(paid_fen), 0) AS paid_fen,
    coalesce(sum(clawback_fen), 0) AS clawback_fen
FROM person
GROUP BY region_code, programme_code, month;
