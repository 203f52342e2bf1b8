-- Grain: one row per indicator, region (region, league, banner) and month, for the month asked for (C6.2, C6.3).
-- Inputs: mart.indicator_value, ops.indicator, ops.target, ops.parameter, ops.publication; earlier months of this table for the projection.
-- Rerun: changes what differs. Months are refreshed in their order.
-- Who counts is said by the indicator's own file alone; last year is counted by the version that is in force now, up to its last month on
-- file. The three indicators are never summed (Beijing is a subset of out-migration).
WITH place AS (
    SELECT
        banner.region_code AS banner_code,
        placed.region_code
    FROM ops.region AS banner
    CROSS JOIN LATERAL (VALUES (banner.region_code), (banner.parent_code), (%(region_code)s::text)) AS placed (region_code)
    WHERE banner.level = 'banner'
),

-- Last year is on file for a region when each of its senders delivered a register of that year.
sender AS (
    SELECT DISTINCT
        place.region_code,
        banner.sender_code
    FROM place
    INNER JOIN ops.region AS banner ON place.banner_code = banner.region_code
),

delivered AS (
    SELECT
        publication.source,
        publication.sender_code,
        publication.period,
        max(publication.published_at) AS published_at
    FROM ops.publication AS publication
    WHERE publication.publication_id <= %(up_to)s
    GROUP BY publication.source, publication.sender_code, publication.period
),

freshness AS (
    SELECT
        sender.region_code,
        count(*)::integer AS senders_expected,
        count(register.published_at)::integer AS senders_delivered,
        max(register.published_at) AS register_published_at,
        min(register.published_at) AS register_oldest_published_at,
        max(insurance.published_at) AS insurance_published_at,
        bool_and(
            EXISTS (
                SELECT FROM delivered AS before
                WHERE
                    before.source = 'household_registry' AND before.sender_code = sender.sender_code
                    AND extract(YEAR FROM before.period) = extract(YEAR FROM %(month)s::date) - 1
                    -- What nobody had defined was not counted: no baseline is not a baseline of nobody.
                    AND EXISTS (SELECT FROM ops.parameter_at('out_migration_place_classes', %(region_code)s, before.period))
            )
        ) AS has_baseline
    FROM sender
    LEFT JOIN delivered AS register
        ON
            sender.sender_code = register.sender_code AND register.source = 'household_registry'
            AND register.period = %(month)s::date
    LEFT JOIN delivered AS insurance
        ON
            sender.sender_code = insurance.sender_code AND insurance.source = 'social_insurance'
            AND insurance.period = %(month)s::date
    GROUP BY sender.region_code
),

measured AS (
    SELECT
        indicator.name AS indicator,
        region.region_code,
        region.region_name,
        region.level,
        extract(YEAR FROM %(month)s::date)::integer AS year,
        extract(MONTH FROM %(month)s::date)::integer AS month_no,
        coalesce(achieved.counted, 0) AS persons,
        coalesce(achieved.counted_insured, 0) AS insured,
        coalesce(achieved.counted_employer, 0) AS employer,
        coalesce(achieved.counted_call_back, 0) AS call_back,
        CASE WHEN freshness.has_baseline THEN coalesce(baseline.counted, 0) END AS baseline_persons,
        target.target_persons,
        target.full_target_persons,
        target.population_scale,
        target.precision_persons,
        target.comparison,
        -- The fewest persons that meet the target: a count above n is a count of at least n + 1.
        target.target_persons + CASE target.comparison WHEN '>' THEN 1 ELSE 0 END AS needed_persons,
        freshness.senders_expected,
        freshness.senders_delivered,
        freshness.register_published_at,
        freshness.register_oldest_published_at,
        freshness.insurance_published_at,
        before.month AS before_month,
        before.achieved_persons AS before_persons
    FROM (VALUES ('out_migration'), ('jingmeng_local_transfer'), ('beijing')) AS indicator (name)
    CROSS JOIN ops.region AS region
    INNER JOIN freshness ON region.region_code = freshness.region_code
    LEFT JOIN LATERAL ops.indicator_at(indicator.name, %(month)s::date) AS definition ON TRUE
    LEFT JOIN mart.indicator_value AS achieved
        ON
            indicator.name = achieved.indicator AND definition.version = achieved.version AND achieved.part = 'all'
            AND region.region_code = achieved.place_code AND achieved.month = %(month)s::date
    LEFT JOIN mart.indicator_value AS baseline
        ON
            indicator.name = baseline.indicator AND definition.version = baseline.version AND baseline.part = 'all'
            AND region.region_code = baseline.place_code
            AND baseline.month = (
                SELECT max(last_year.month)
                FROM mart.indicator_value AS last_year
                WHERE
                    last_year.month >= (date_trunc('year', %(month)s::date) - interval '1 year')::date
                    AND last_year.month < date_trunc('year', %(month)s::date)::date
            )
    LEFT JOIN ops.target AS target
        ON
            region.region_code = target.region_code AND indicator.name = target.indicator
            AND target.year = extract(YEAR FROM %(month)s::date)
    LEFT JOIN LATERAL (
        SELECT
            earlier.month,
            earlier.achieved_persons
        FROM mart.target_progress AS earlier
        WHERE
            earlier.indicator = indicator.name AND earlier.region_code = region.region_code
            AND earlier.month < %(month)s::date AND earlier.month >= date_trunc('year', %(month)s::date)
        ORDER BY earlier.month DESC
        LIMIT 1
    ) AS before ON TRUE
),

final AS (
    SELECT
        measured.indicator,
        measured.region_code,
        measured.region_name,
        measured.level,
        measured.year,
        %(month)s::date AS month,
        measured.persons AS achieved_persons,
        measured.insured AS achieved_insured,
        measured.employer AS achieved_employer,
        measured.call_back AS achieved_call_back,
        measured.baseline_persons,
        measured.persons >= measured.baseline_persons AS is_baseline_met,
        measured.target_persons,
        measured.full_target_persons,
        measured.population_scale,
        measured.precision_persons AS target_precision_persons,
        measured.comparison,
        measured.persons >= measured.needed_persons AS is_met,
        measured.insured >= measured.needed_persons AS is_met_insured,
        measured.employer >= measured.needed_persons AS is_met_employer,
        measured.call_back >= measured.needed_persons AS is_met_call_back,
        CASE WHEN measured.needed_persons IS NOT NULL THEN greatest(measured.needed_persons - measured.persons, 0) END AS gap_persons,
        round(measured.persons * 1200.0 / (measured.target_persons * measured.month_no), 1) AS pace_percent,
        measured.persons + CASE
            WHEN measured.before_month IS NULL THEN 0
            ELSE
                greatest(measured.persons - measured.before_persons, 0) * (12 - measured.month_no)
                / (measured.month_no - extract(MONTH FROM measured.before_month)::integer)
        END AS projected_persons,
        CASE
            WHEN measured.month_no = 12 THEN 'complete'
            WHEN measured.before_month IS NULL THEN 'level'
            ELSE 'recent_additions'
        END AS projection_method,
        measured.senders_expected,
        measured.senders_delivered,
        measured.register_published_at,
        measured.register_oldest_published_at,
        measured.insurance_published_at,
        (
            SELECT rule.status
            FROM ops.parameter_at('out_migration_place_classes', measured.region_code, %(month)s::date) AS rule
        ) AS definition_status,
        '未确认' AS confirmation
    FROM measured
)

INSERT INTO mart.target_progress (
    indicator, region_code, region_name, level, year, month, achieved_persons, achieved_insured, achieved_employer, achieved_call_back,
    baseline_persons, is_baseline_met, target_persons, full_target_persons, population_scale, target_precision_persons, comparison, is_met,
    is_met_insured, is_met_employer, is_met_call_back, gap_persons, pace_percent, projected_persons, projection_method, senders_expected,
    senders_delivered, register_published_at, register_oldest_published_at, insurance_published_at, definition_status, confirmation
)
SELECT final.*
FROM final
ON CONFLICT (indicator, region_code, month) DO UPDATE
    SET
        region_name = excluded.region_name,
        level = excluded.level,
        year = excluded.year,
        achieved_persons = excluded.achieved_persons,
        achieved_insured = excluded.achieved_insured,
        achieved_employer = excluded.achieved_employer,
        achieved_call_back = excluded.achieved_call_back,
        baseline_persons = excluded.baseline_persons,
        is_baseline_met = excluded.is_baseline_met,
        target_persons = excluded.target_persons,
        full_target_persons = excluded.full_target_persons,
        population_scale = excluded.population_scale,
        target_precision_persons = excluded.target_precision_persons,
        comparison = excluded.comparison,
        is_met = excluded.is_met,
        is_met_insured = excluded.is_met_insured,
        is_met_employer = excluded.is_met_employer,
        is_met_call_back = excluded.is_met_call_back,
        gap_persons = excluded.gap_persons,
        pace_percent = excluded.pace_percent,
        projected_persons = excluded.projected_persons,
        projection_method = excluded.projection_method,
        senders_expected = excluded.senders_expected,
        senders_delivered = excluded.senders_delivered,
        register_published_at = excluded.register_published_at,
        register_oldest_published_at = excluded.register_oldest_published_at,
        insurance_published_at = excluded.insurance_published_at,
        definition_status = excluded.definition_status,
        confirmation = excluded.confirmation
    WHERE target_progress IS DISTINCT FROM excluded
