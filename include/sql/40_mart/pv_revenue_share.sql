-- Grain: one row per village and year with an allocation, for the senders and years asked for (C5.3).
-- Inputs: fct_pv_allocation_month, fct_pv_settlement_month, fct_pv_post_month, dim_pv_station (as known now), dim_village, ops.parameter.
-- Rerun: changes what differs and removes villages that no longer tell of an allocation.
-- The share is judged by whole fen (wages x 100 against minimum x revenue), never by the rounded percentage that is shown.
CREATE TEMPORARY TABLE share_now ON COMMIT DROP AS
WITH allocation AS (
    SELECT
        source.village_code,
        source.region_code,
        source.sender_code,
        extract(YEAR FROM source.month)::integer AS year,
        count(*)::integer AS months_told,
        (array_agg(source.carried_in_fen ORDER BY source.month))[1] AS carried_in_fen,
        (array_agg(source.carried_over_fen ORDER BY source.month DESC))[1] AS carried_over_fen,
        sum(source.revenue_fen)::bigint AS revenue_fen,
        sum(source.post_wages_fen)::bigint AS post_wages_fen,
        sum(source.public_works_fen)::bigint AS public_works_fen,
        sum(source.land_rent_fen)::bigint AS land_rent_fen,
        sum(source.operation_fen)::bigint AS operation_fen,
        sum(source.other_fen)::bigint AS other_fen
    FROM warehouse.fct_pv_allocation_month AS source
    WHERE
        source.known_to = 'infinity' AND source.sender_code = any(%(sender_codes)s::text[])
        AND extract(YEAR FROM source.month)::integer = any(%(years)s::integer[])
    GROUP BY source.village_code, source.region_code, source.sender_code, extract(YEAR FROM source.month)
),

settlement AS (
    SELECT
        station.village_code,
        extract(YEAR FROM source.month)::integer AS year,
        round(sum((source.coal_accrued_fen + source.subsidy_accrued_fen) * station.share_percent / 100))::bigint AS accrued_fen,
        round(sum((source.coal_received_fen + source.subsidy_received_fen) * station.share_percent / 100))::bigint AS received_fen
    FROM warehouse.fct_pv_settlement_month AS source
    INNER JOIN warehouse.dim_pv_station AS station
        ON
            source.sender_code = station.sender_code AND source.station_code = station.station_code
            AND station.known_to = 'infinity' AND source.month >= station.valid_from AND source.month < station.valid_to
    WHERE source.known_to = 'infinity' AND source.sender_code = any(%(sender_codes)s::text[])
    GROUP BY station.village_code, extract(YEAR FROM source.month)
),

post AS (
    SELECT
        source.village_code,
        extract(YEAR FROM source.month)::integer AS year,
        count(DISTINCT source.person_key)::integer AS post_persons,
        sum(source.wage_fen)::bigint AS wage_due_fen,
        sum(source.paid_fen)::bigint AS wage_paid_fen
    FROM warehouse.fct_pv_post_month AS source
    WHERE source.known_to = 'infinity' AND source.sender_code = any(%(sender_codes)s::text[])
    GROUP BY source.village_code, extract(YEAR FROM source.month)
),

judged AS (
    SELECT
        allocation.*,
        coalesce(settlement.accrued_fen, 0) AS accrued_fen,
        coalesce(settlement.received_fen, 0) AS received_fen,
        coalesce(post.post_persons, 0) AS post_persons,
        coalesce(post.wage_due_fen, 0) AS wage_due_fen,
        coalesce(post.wage_paid_fen, 0) AS wage_paid_fen,
        allocation.revenue_fen - allocation.land_rent_fen - allocation.operation_fen AS net_revenue_fen,
        village.village_name,
        minimum.value::numeric AS minimum_percent,
        basis.value AS basis,
        basis.status AS basis_status
    FROM allocation
    LEFT JOIN settlement ON allocation.village_code = settlement.village_code AND allocation.year = settlement.year
    LEFT JOIN post ON allocation.village_code = post.village_code AND allocation.year = post.year
    LEFT JOIN warehouse.dim_village AS village
        ON
            allocation.village_code = village.village_code AND allocation.region_code = village.region_code
            AND village.known_to = 'infinity'
    CROSS JOIN
        LATERAL ops.parameter_at(
            'pv_share_minimum_percent', allocation.region_code, make_date(allocation.year, 12, 31)
        ) AS minimum
    CROSS JOIN LATERAL ops.parameter_at('pv_share_basis', allocation.region_code, make_date(allocation.year, 12, 31)) AS basis
)

SELECT
    judged.village_code,
    judged.region_code,
    judged.sender_code,
    judged.village_name,
    judged.year,
    judged.months_told,
    judged.accrued_fen,
    judged.received_fen,
    judged.carried_in_fen,
    judged.revenue_fen,
    judged.post_wages_fen,
    judged.public_works_fen,
    judged.land_rent_fen,
    judged.operation_fen,
    judged.other_fen,
    judged.carried_over_fen,
    judged.post_persons,
    judged.wage_due_fen,
    judged.wage_paid_fen,
    CASE WHEN judged.revenue_fen > 0 THEN round(judged.post_wages_fen * 100.0 / judged.revenue_fen, 2) END AS gross_share_percent,
    CASE WHEN judged.net_revenue_fen > 0 THEN round(judged.post_wages_fen * 100.0 / judged.net_revenue_fen, 2) END AS net_share_percent,
    judged.minimum_percent,
    judged.basis,
    judged.basis_status,
    CASE
        WHEN judged.revenue_fen <= 0 THEN NULL
        WHEN judged.basis = 'net' THEN judged.post_wages_fen * 100 >= judged.minimum_percent * judged.net_revenue_fen
        ELSE judged.post_wages_fen * 100 >= judged.minimum_percent * judged.revenue_fen
    END AS is_met,
    judged.post_wages_fen > 0 AND judged.post_persons = 0 AS has_wages_without_post,
    judged.wage_paid_fen > judged.carried_in_fen + judged.revenue_fen AS has_paid_above_received,
    '未确认'::text AS confirmation
FROM judged;

DELETE FROM mart.pv_revenue_share AS share
WHERE
    share.sender_code = any(%(sender_codes)s::text[]) AND share.year = any(%(years)s::integer[])
    AND NOT EXISTS (
        SELECT FROM share_now
        WHERE
            share_now.village_code = share.village_code AND share_now.region_code = share.region_code AND share_now.year = share.year
            AND (share_now.*) IS NOT DISTINCT FROM (share.*)
    );

INSERT INTO mart.pv_revenue_share (
    village_code, region_code, sender_code, village_name, year, months_told, accrued_fen, received_fen, carried_in_fen, revenue_fen,
    post_wages_fen, public_works_fen, land_rent_fen, operation_fen, other_fen, carried_over_fen, post_persons, wage_due_fen,
    wage_paid_fen, gross_share_percent, net_share_percent, minimum_percent, basis, basis_status, is_met, has_wages_without_post,
    has_paid_above_received, confirmation
)
SELECT share_now.*
FROM share_now
ON CONFLICT (village_code, region_code, year) DO NOTHING;

DROP TABLE share_now;
