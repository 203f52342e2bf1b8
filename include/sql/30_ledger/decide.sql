-- Decides the candidates of one programme: rule and window, their own conditions, what excludes them, caps, fund.
-- Grain: one row per banner and claim, whatever the outcome. A condition that was not reached is not told.
-- Inputs: ledger_candidate, ledger_rule, ledger_fund_rule, ledger_exclusion, ledger_decided (programmes that this one gives way to).
-- Rerun: adds the programme's decisions once; the primary key refuses them a second time.
-- Decisions follow from facts and rules alone. Where claims compete, the earlier event stands, then what was told first, then the key.
INSERT INTO ledger_decided (
    region_code, claim_key, programme_code, settlement, payee_kind, payee_code, person_key, event_date, units, granted_units, amount_fen,
    fund_code, rule_version, outcome, conditions, delivery_id
)
WITH
-- What the rules say of a banner and a day is worked out once, not for each of its claims.
terms AS MATERIALIZED (
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
        FROM ledger_candidate AS candidate
        WHERE candidate.programme_code = %(programme_code)s
    ) AS place
    LEFT JOIN ledger_rule AS rule
        ON
            place.programme_code = rule.programme_code
            AND place.region_code = rule.region_code
            AND place.event_date >= rule.valid_from
            AND place.event_date < rule.valid_to
    LEFT JOIN LATERAL (
        SELECT fund_rule.fund_code
        FROM ledger_fund_rule AS fund_rule
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
),

ruled AS (
    SELECT
        candidate.region_code,
        candidate.programme_code,
        candidate.claim_key,
        candidate.payee_kind,
        candidate.payee_code,
        candidate.person_key,
        candidate.event_date,
        candidate.units,
        candidate.base_fen,
        candidate.delivery_id,
        terms.settlement,
        terms.unit_fen,
        terms.rate_percent,
        terms.cap_scope,
        terms.cap_period,
        terms.cap_units,
        terms.cap_fen,
        terms.rule_version,
        terms.fund_code,
        terms.asked_first || candidate.conditions || terms.asked_last AS asked
    FROM ledger_candidate AS candidate
    INNER JOIN terms
        ON
            candidate.region_code = terms.region_code
            AND candidate.event_date = terms.event_date
            AND coalesce(candidate.fund_code, '') = terms.told_fund
    WHERE candidate.programme_code = %(programme_code)s
),

judged AS (
    SELECT
        ruled.*,
        NOT jsonb_path_exists(ruled.asked, '$[*] ? (@.met == false)') AS is_qualified
    FROM ruled
),

-- Only these compete, and without what was asked of them: it is wide, and is put back at the end.
qualified AS MATERIALIZED (
    SELECT
        judged.region_code,
        judged.claim_key,
        judged.programme_code,
        judged.settlement,
        judged.payee_kind,
        judged.payee_code,
        judged.person_key,
        judged.event_date,
        judged.units,
        judged.base_fen,
        judged.delivery_id,
        judged.unit_fen,
        judged.rate_percent,
        judged.cap_units,
        judged.cap_fen,
        CASE
            WHEN judged.cap_scope IS NOT NULL
                THEN ledger.scope_key(
                    judged.cap_scope, judged.cap_period, judged.payee_kind, judged.payee_code, judged.person_key, judged.event_date
                )
            ELSE judged.region_code || judged.claim_key
        END AS cap_key
    FROM judged
    WHERE judged.is_qualified
),

-- Whom and when a claim that stands keeps others away from.
reached AS (
    SELECT
        named.excluded_by,
        named.scope,
        named.period,
        ledger.scope_key(
            named.scope, named.period, decided.payee_kind, decided.payee_code, decided.person_key, decided.event_date
        ) AS scope_key,
        decided.claim_key
    FROM (
        SELECT DISTINCT
            exclusion.excluded_by,
            exclusion.scope,
            exclusion.period
        FROM ledger_exclusion AS exclusion
        WHERE exclusion.programme_code = %(programme_code)s AND exclusion.excluded_by <> exclusion.programme_code
    ) AS named
    INNER JOIN ledger_decided AS decided ON named.excluded_by = decided.programme_code AND decided.outcome = 'eligible'
),

standing AS (
    SELECT
        reached.excluded_by,
        reached.scope,
        reached.period,
        reached.scope_key,
        min(reached.claim_key) AS claim_key
    FROM reached
    GROUP BY reached.excluded_by, reached.scope, reached.period, reached.scope_key
),

-- Materialized, so that the key is a column to hash by; inside the join it would be compared pair by pair.
asking AS MATERIALIZED (
    SELECT
        qualified.region_code,
        qualified.claim_key,
        exclusion.excluded_by,
        exclusion.scope,
        exclusion.period,
        ledger.scope_key(
            exclusion.scope, exclusion.period, qualified.payee_kind, qualified.payee_code, qualified.person_key, qualified.event_date
        ) AS scope_key
    FROM qualified
    INNER JOIN ledger_exclusion AS exclusion
        ON
            qualified.programme_code = exclusion.programme_code
            AND qualified.region_code = exclusion.region_code
            AND qualified.event_date >= exclusion.valid_from
            AND qualified.event_date < exclusion.valid_to
),

given_way AS (
    SELECT
        asking.region_code,
        asking.claim_key,
        min(standing.claim_key) AS stands
    FROM asking
    INNER JOIN standing
        ON
            asking.scope_key = standing.scope_key
            AND asking.excluded_by = standing.excluded_by
            AND asking.scope = standing.scope
            AND asking.period = standing.period
    GROUP BY asking.region_code, asking.claim_key
),

-- Claims of this programme among themselves: the first of a scope stands.
rivals AS (
    SELECT
        qualified.*,
        given_way.stands,
        given_way.stands IS NULL AS is_open,
        coalesce(
            ledger.scope_key(own.scope, own.period, qualified.payee_kind, qualified.payee_code, qualified.person_key, qualified.event_date),
            qualified.region_code || qualified.claim_key
        ) AS rival_key
    FROM qualified
    LEFT JOIN given_way ON qualified.region_code = given_way.region_code AND qualified.claim_key = given_way.claim_key
    LEFT JOIN ledger_exclusion AS own
        ON
            qualified.programme_code = own.programme_code
            AND qualified.programme_code = own.excluded_by
            AND qualified.region_code = own.region_code
            AND qualified.event_date >= own.valid_from
            AND qualified.event_date < own.valid_to
),

ranked AS (
    SELECT
        rivals.*,
        CASE
            WHEN rivals.is_open AND row_number() OVER rival > 1 THEN first_value(rivals.claim_key) OVER rival
            ELSE rivals.stands
        END AS excluding_claim
    FROM rivals
    WINDOW rival AS (
        PARTITION BY rivals.is_open, rivals.rival_key
        ORDER BY rivals.event_date, rivals.delivery_id, rivals.region_code, rivals.claim_key
    )
),

counted AS (
    SELECT
        ranked.*,
        ranked.excluding_claim IS NULL AS is_countable,
        coalesce(sum(ranked.units) FILTER (WHERE ranked.excluding_claim IS NULL) OVER earlier, 0)::integer AS units_before
    FROM ranked
    WINDOW earlier AS (
        PARTITION BY ranked.cap_key
        ORDER BY ranked.event_date, ranked.delivery_id, ranked.region_code, ranked.claim_key
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

granted AS (
    SELECT
        counted.*,
        CASE
            WHEN counted.is_countable THEN greatest(least(counted.units, counted.cap_units - counted.units_before), 0)
            ELSE 0
        END AS granted_units
    FROM counted
),

priced AS (
    SELECT
        granted.*,
        CASE
            WHEN granted.rate_percent IS NULL THEN coalesce(granted.unit_fen, 0) * granted.granted_units
            ELSE
                least(
                    div(granted.base_fen * granted.rate_percent * granted.granted_units, 100 * greatest(granted.units, 1))::bigint,
                    granted.unit_fen * granted.granted_units
                )
        END AS priced_fen
    FROM granted
),

capped AS (
    SELECT
        priced.*,
        coalesce(sum(priced.priced_fen) OVER earlier, 0)::bigint AS fen_before
    FROM priced
    WINDOW earlier AS (
        PARTITION BY priced.cap_key
        ORDER BY priced.event_date, priced.delivery_id, priced.region_code, priced.claim_key
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

amounted AS (
    SELECT
        capped.*,
        greatest(least(capped.priced_fen, capped.cap_fen - capped.fen_before), 0) AS amount_fen
    FROM capped
),

concluded AS (
    SELECT
        amounted.*,
        amounted.is_countable
        AND amounted.granted_units > 0
        AND (amounted.settlement = 'referral' OR amounted.amount_fen > 0) AS is_eligible
    FROM amounted
)

SELECT
    judged.region_code,
    judged.claim_key,
    judged.programme_code,
    judged.settlement,
    judged.payee_kind,
    judged.payee_code,
    judged.person_key,
    judged.event_date,
    judged.units,
    CASE WHEN concluded.is_eligible THEN concluded.granted_units ELSE 0 END AS granted_units,
    CASE WHEN concluded.is_eligible THEN concluded.amount_fen ELSE 0 END AS amount_fen,
    judged.fund_code,
    judged.rule_version,
    CASE WHEN concluded.is_eligible THEN 'eligible' ELSE 'refused' END AS outcome,
    judged.asked
    || CASE
        WHEN judged.is_qualified
            THEN
                jsonb_build_array(
                    ledger.condition(
                        'not_excluded', concluded.excluding_claim, 'no claim that excludes it', concluded.excluding_claim IS NULL,
                        'decision:' || concluded.excluding_claim
                    )
                )
        ELSE '[]'
    END
    || CASE
        WHEN concluded.is_countable
            THEN
                jsonb_build_array(
                    ledger.condition(
                        'within_cap',
                        concat_ws(
                            ', ', concluded.units_before || ' units and ' || concluded.fen_before || ' fen before',
                            judged.units || ' asked', concluded.granted_units || ' granted'
                        ),
                        coalesce(
                            nullif(
                                concat_ws(
                                    ', ', 'at most ' || concluded.cap_units || ' units', 'at most ' || concluded.cap_fen || ' fen'
                                ), ''
                            ),
                            'no cap'
                        ),
                        concluded.is_eligible,
                        'programme:' || judged.rule_version
                    )
                )
        ELSE '[]'
    END AS conditions,
    judged.delivery_id
FROM judged
LEFT JOIN concluded ON judged.region_code = concluded.region_code AND judged.claim_key = concluded.claim_key;
