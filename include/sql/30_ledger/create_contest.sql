-- Where qualified claims of one programme compete: what excludes them, and what the caps leave of them.
-- Grain: one row per claim that meets every condition of its own and of its rule.
-- Inputs: staging.ledger_candidate, ledger_term, ledger_exclusion, ledger_decided (programmes that this one gives way to).
-- Rerun: replaces the transaction's table.
-- The earlier event stands, then what was told first, then the key. Only what competes is here, and without what was asked of it, which is wide.
DROP TABLE IF EXISTS staging.ledger_contest;
CREATE UNLOGGED TABLE staging.ledger_contest AS
WITH
qualified AS MATERIALIZED (
    SELECT
        candidate.region_code,
        candidate.claim_key,
        candidate.programme_code,
        candidate.payee_kind,
        candidate.payee_code,
        candidate.person_key,
        candidate.event_date,
        candidate.units,
        candidate.base_fen,
        candidate.delivery_id,
        term.settlement,
        term.unit_fen,
        term.rate_percent,
        term.cap_units,
        term.cap_fen,
        CASE
            WHEN term.cap_scope IS NOT NULL
                THEN ledger.scope_key(
                    term.cap_scope, term.cap_period, candidate.payee_kind, candidate.payee_code, candidate.person_key, candidate.event_date
                )
            ELSE candidate.region_code || candidate.claim_key
        END AS cap_key
    FROM staging.ledger_candidate AS candidate
    INNER JOIN staging.ledger_term AS term
        ON
            candidate.region_code = term.region_code
            AND candidate.event_date = term.event_date
            AND coalesce(candidate.fund_code, '') = term.told_fund
    WHERE term.is_met AND NOT jsonb_path_exists(candidate.conditions, '$[*] ? (@.met == false)')
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
        FROM staging.ledger_exclusion AS exclusion
        WHERE exclusion.programme_code = %(programme_code)s AND exclusion.excluded_by <> exclusion.programme_code
    ) AS named
    INNER JOIN staging.ledger_decided AS decided ON named.excluded_by = decided.programme_code AND decided.outcome = 'eligible'
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
    INNER JOIN staging.ledger_exclusion AS exclusion
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
    LEFT JOIN staging.ledger_exclusion AS own
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
)

SELECT
    amounted.region_code,
    amounted.claim_key,
    amounted.excluding_claim,
    amounted.is_countable,
    amounted.units_before,
    amounted.fen_before,
    amounted.granted_units,
    amounted.amount_fen,
    amounted.is_countable
    AND amounted.granted_units > 0
    AND (amounted.settlement = 'referral' OR amounted.amount_fen > 0) AS is_eligible,
    amounted.cap_units,
    amounted.cap_fen
FROM amounted;
ANALYZE staging.ledger_contest;
