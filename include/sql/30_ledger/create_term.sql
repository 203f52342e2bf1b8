-- What the rules say of a banner and a day, worked out once and not for each of its claims: rule, window and fund, with what was asked of them.
-- Grain: one row per banner, day and fund that the candidates of the programme at hand name.
-- Inputs: staging.ledger_candidate, staging.ledger_rule, staging.ledger_fund_rule. Rerun: replaces the transaction's table.
DROP TABLE IF EXISTS staging.ledger_term;
CREATE UNLOGGED TABLE staging.ledger_term AS
WITH
term AS (
    SELECT
        place.region_code,
        place.event_date,
        place.told_fund,
        rule.settlement,
        rule.amount_fen AS unit_fen,
        rule.rate_percent,
        rule.cap_scope,
        rule.cap_period,
        rule.cap_units,
        rule.cap_fen,
        rule.rule_version,
        fund.fund_code,
        jsonb_build_array(
            ledger.condition(
                'rule_in_force', place.event_date::text, 'a row of ops.programme', rule.rule_version IS NOT NULL,
                'programme:' || rule.rule_version
            ),
            ledger.condition(
                'in_window', place.event_date::text, coalesce(rule.window_from || ' to ' || rule.window_through, 'a rule in force'),
                place.event_date BETWEEN rule.window_from AND rule.window_through, 'programme:' || rule.rule_version
            )
        ) AS asked_first,
        CASE
            WHEN rule.settlement = 'referral' THEN '[]'
            ELSE
                jsonb_build_array(
                    ledger.condition(
                        'fund_allowed', coalesce(fund.fund_code, nullif(place.told_fund, '')), 'a row of ops.fund_rule',
                        fund.fund_code IS NOT NULL, 'fund_rule:' || place.programme_code || '/' || fund.fund_code
                    )
                )
        END AS asked_last
    FROM (
        SELECT DISTINCT
            candidate.programme_code,
            candidate.region_code,
            candidate.event_date,
            coalesce(candidate.fund_code, '') AS told_fund
        FROM staging.ledger_candidate AS candidate
    ) AS place
    LEFT JOIN staging.ledger_rule AS rule
        ON
            place.programme_code = rule.programme_code
            AND place.region_code = rule.region_code
            AND place.event_date >= rule.valid_from
            AND place.event_date < rule.valid_to
    LEFT JOIN LATERAL (
        SELECT fund_rule.fund_code
        FROM staging.ledger_fund_rule AS fund_rule
        WHERE
            fund_rule.programme_code = place.programme_code
            AND fund_rule.region_code = place.region_code
            AND place.event_date >= fund_rule.valid_from
            AND place.event_date < fund_rule.valid_to
            AND rule.settlement <> 'referral'
            AND fund_rule.fund_code = coalesce(nullif(place.told_fund, ''), fund_rule.fund_code)
        ORDER BY fund_rule.priority ASC, fund_rule.fund_code ASC
        LIMIT 1
    ) AS fund ON TRUE
)

SELECT
    term.*,
    NOT jsonb_path_exists(term.asked_first || term.asked_last, '$[*] ? (@.met == false)') AS is_met
FROM term;
ANALYZE staging.ledger_term;
