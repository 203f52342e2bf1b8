-- The rules of entitlement as they hold in each banner: a banner's own row, else its league's, else the region's, day by day.
-- Grain: ledger_rule one row per programme, banner and range of days; ledger_fund_rule the same per fund, ledger_exclusion per pair.
-- Inputs: ops.programme, ops.fund_rule, ops.exclusion, ops.region. Rerun: replaces the transaction's tables.
DROP TABLE IF EXISTS staging.ledger_rule, staging.ledger_fund_rule, staging.ledger_exclusion, pg_temp.ledger_placed;
CREATE TEMPORARY TABLE ledger_placed ON COMMIT DROP AS
SELECT
    banner.region_code,
    placed.region_code AS rule_region,
    placed.nearer
FROM ops.region AS banner
INNER JOIN ops.region AS league ON banner.parent_code = league.region_code
CROSS JOIN LATERAL (
    VALUES
    (banner.region_code, ARRAY[]::text []),
    (league.region_code, ARRAY[banner.region_code]),
    (league.parent_code, ARRAY[banner.region_code, league.region_code])
) AS placed (region_code, nearer)
WHERE banner.level = 'banner';

-- A wider row holds on the days that no nearer one takes.
CREATE UNLOGGED TABLE staging.ledger_rule AS
SELECT
    programme.programme_code,
    placed.region_code,
    lower(held.days) AS valid_from,
    coalesce(upper(held.days), 'infinity') AS valid_to,
    programme.settlement,
    programme.unit,
    programme.amount_fen,
    programme.rate_percent,
    programme.window_from,
    programme.window_through,
    programme.minimum,
    programme.minimum_unit,
    programme.evidence_tier,
    programme.cap_units,
    programme.cap_fen,
    programme.cap_scope,
    programme.cap_period,
    programme.rule_version
FROM ledger_placed AS placed
INNER JOIN ops.programme ON placed.rule_region = programme.region_code
CROSS JOIN LATERAL unnest(
    datemultirange(daterange(programme.valid_from, programme.valid_through, '[]')) - coalesce((
        SELECT range_agg(daterange(nearer.valid_from, nearer.valid_through, '[]'))
        FROM ops.programme AS nearer
        WHERE nearer.programme_code = programme.programme_code AND nearer.region_code = any(placed.nearer)
    ), datemultirange())
) AS held (days);
CREATE INDEX ON staging.ledger_rule (programme_code, region_code);

CREATE UNLOGGED TABLE staging.ledger_fund_rule AS
SELECT
    fund_rule.programme_code,
    fund_rule.fund_code,
    placed.region_code,
    lower(held.days) AS valid_from,
    coalesce(upper(held.days), 'infinity') AS valid_to,
    fund_rule.priority
FROM ledger_placed AS placed
INNER JOIN ops.fund_rule ON placed.rule_region = fund_rule.region_code
CROSS JOIN LATERAL unnest(
    datemultirange(daterange(fund_rule.valid_from, fund_rule.valid_through, '[]')) - coalesce((
        SELECT range_agg(daterange(nearer.valid_from, nearer.valid_through, '[]'))
        FROM ops.fund_rule AS nearer
        WHERE
            nearer.programme_code = fund_rule.programme_code AND nearer.fund_code = fund_rule.fund_code
            AND nearer.region_code = any(placed.nearer)
    ), datemultirange())
) AS held (days)
WHERE fund_rule.is_allowed;
CREATE INDEX ON staging.ledger_fund_rule (programme_code, region_code);

CREATE UNLOGGED TABLE staging.ledger_exclusion AS
SELECT
    exclusion.programme_code,
    exclusion.excluded_by,
    placed.region_code,
    lower(held.days) AS valid_from,
    coalesce(upper(held.days), 'infinity') AS valid_to,
    exclusion.scope,
    exclusion.period
FROM ledger_placed AS placed
INNER JOIN ops.exclusion ON placed.rule_region = exclusion.region_code
CROSS JOIN LATERAL unnest(
    datemultirange(daterange(exclusion.valid_from, exclusion.valid_through, '[]')) - coalesce((
        SELECT range_agg(daterange(nearer.valid_from, nearer.valid_through, '[]'))
        FROM ops.exclusion AS nearer
        WHERE
            nearer.programme_code = exclusion.programme_code AND nearer.excluded_by = exclusion.excluded_by
            AND nearer.region_code = any(placed.nearer)
    ), datemultirange())
) AS held (days)
WHERE exclusion.is_excluded;
CREATE INDEX ON staging.ledger_exclusion (programme_code, region_code);
ANALYZE staging.ledger_rule;
ANALYZE staging.ledger_fund_rule;
ANALYZE staging.ledger_exclusion;
