-- What the PV facts known now say should stand in the ledger, from the grid company to the holder of a post.
-- Grain: one row per banner and business key.
-- Inputs: ledger_region, warehouse.dim_pv_station, fct_pv_settlement_month, fct_pv_allocation_month, fct_pv_post_month.
-- Rerun: replaces the transaction's temporary table. One statement, so that it sees one state of the facts.
DROP TABLE IF EXISTS pg_temp.ledger_claim;
CREATE TEMPORARY TABLE ledger_claim ON COMMIT DROP AS
WITH
settlement AS (
    SELECT
        source.region_code,
        source.station_code,
        source.month,
        to_char(source.month, 'YYYY-MM') AS month_text,
        (source.month + interval '1 month - 1 day')::date AS month_end,
        coalesce(source.received_on, (source.month + interval '1 month - 1 day')::date) AS received_on,
        source.coal_accrued_fen,
        source.coal_received_fen,
        source.subsidy_accrued_fen,
        source.subsidy_received_fen,
        source.coal_received_fen + source.subsidy_received_fen AS received_fen,
        source.delivery_id
    FROM warehouse.fct_pv_settlement_month AS source
    INNER JOIN ledger_region ON source.region_code = ledger_region.region_code
    WHERE source.known_to = 'infinity'
),

allocation AS (
    SELECT
        source.region_code,
        source.village_code,
        source.month,
        to_char(source.month, 'YYYY-MM') AS month_text,
        (source.month + interval '1 month - 1 day')::date AS month_end,
        source.carried_in_fen,
        source.revenue_fen,
        source.post_wages_fen,
        source.public_works_fen,
        source.land_rent_fen,
        source.operation_fen,
        source.other_fen,
        -- What the month before leaves; for a balanced row this is its carried_over_fen.
        lag(
            source.carried_in_fen + source.revenue_fen - source.post_wages_fen - source.public_works_fen
            - source.land_rent_fen - source.operation_fen - source.other_fen
        ) OVER (PARTITION BY source.region_code, source.village_code ORDER BY source.month) AS left_before_fen,
        source.delivery_id
    FROM warehouse.fct_pv_allocation_month AS source
    INNER JOIN ledger_region ON source.region_code = ledger_region.region_code
    WHERE source.known_to = 'infinity'
),

post AS (
    SELECT
        source.region_code,
        source.village_code,
        source.person_key,
        source.month,
        to_char(source.month, 'YYYY-MM') AS month_text,
        coalesce(source.paid_on, (source.month + interval '1 month - 1 day')::date) AS paid_on,
        source.paid_fen,
        source.delivery_id
    FROM warehouse.fct_pv_post_month AS source
    INNER JOIN ledger_region ON source.region_code = ledger_region.region_code
    WHERE source.known_to = 'infinity' AND source.paid_fen <> 0
),

-- A station's receipts by village, in whole fen: first everyone's whole part, then one fen each to the largest remainders.
quota AS (
    SELECT
        settlement.region_code,
        settlement.station_code,
        station.village_code,
        settlement.month,
        settlement.month_text,
        settlement.received_on,
        settlement.received_fen,
        div(settlement.received_fen * station.share_percent, 100)::bigint AS whole_fen,
        mod(settlement.received_fen * station.share_percent, 100) AS remainder,
        sum(station.share_percent) OVER station_month AS total_percent,
        greatest(settlement.delivery_id, station.delivery_id) AS delivery_id
    FROM settlement
    INNER JOIN warehouse.dim_pv_station AS station
        ON
            settlement.region_code = station.region_code
            AND settlement.station_code = station.station_code
            AND settlement.month >= station.valid_from
            AND settlement.month < station.valid_to
            AND station.known_to = 'infinity'
    WHERE settlement.received_fen <> 0
    WINDOW station_month AS (PARTITION BY settlement.region_code, settlement.station_code, settlement.month)
),

share AS (
    SELECT
        quota.*,
        quota.whole_fen
        + CASE
            WHEN
                row_number()
                    OVER (
                        PARTITION BY quota.region_code, quota.station_code, quota.month ORDER BY quota.remainder DESC, quota.village_code ASC
                    )
                <= quota.received_fen - sum(quota.whole_fen) OVER (PARTITION BY quota.region_code, quota.station_code, quota.month)
                THEN 1
            ELSE 0
        END AS amount_fen
    FROM quota
    -- Shares that do not sum to the whole share nothing: the money stays on the settlement account, where ledger.exception shows it.
    WHERE quota.total_percent = 100
),

stated AS (
    SELECT
        settlement.region_code,
        concat_ws(':', line.kind, settlement.station_code, settlement.month_text) AS business_key,
        line.kind,
        concat_ws(':', line.debit_kind, settlement.station_code) AS debit_account,
        concat_ws(':', line.credit_kind, settlement.station_code) AS credit_account,
        line.amount_fen,
        line.event_date,
        settlement.delivery_id,
        settlement.month
    FROM settlement
    CROSS JOIN
        LATERAL (
            VALUES
            ('pv_accrual_coal', 'pv_grid_coal', 'pv_revenue', settlement.coal_accrued_fen, settlement.month_end),
            ('pv_accrual_subsidy', 'pv_grid_subsidy', 'pv_revenue', settlement.subsidy_accrued_fen, settlement.month_end),
            ('pv_receipt_coal', 'pv_settlement', 'pv_grid_coal', settlement.coal_received_fen, settlement.received_on),
            ('pv_receipt_subsidy', 'pv_settlement', 'pv_grid_subsidy', settlement.subsidy_received_fen, settlement.received_on)
        ) AS line (kind, debit_kind, credit_kind, amount_fen, event_date)
    UNION ALL
    SELECT
        share.region_code,
        concat_ws(':', 'pv_share', share.station_code, share.village_code, share.month_text) AS business_key,
        'pv_share' AS kind,
        concat_ws(':', 'pv_share', share.village_code) AS debit_account,
        concat_ws(':', 'pv_settlement', share.station_code) AS credit_account,
        share.amount_fen,
        share.received_on,
        share.delivery_id,
        share.month
    FROM share
    UNION ALL
    SELECT
        allocation.region_code,
        concat_ws(':', line.kind, allocation.village_code, allocation.month_text) AS business_key,
        line.kind,
        concat_ws(':', line.debit_kind, allocation.village_code) AS debit_account,
        concat_ws(':', line.credit_kind, allocation.village_code) AS credit_account,
        line.amount_fen,
        line.event_date,
        allocation.delivery_id,
        allocation.month
    FROM allocation
    CROSS JOIN
        LATERAL (
            VALUES
            (
                'pv_opening', 'pv_village', 'pv_opening',
                CASE WHEN allocation.left_before_fen IS NULL THEN allocation.carried_in_fen ELSE 0 END, allocation.month
            ),
            -- The chain of carried-over money is broken: more comes in than went over, or less.
            (
                'pv_carry_gain', 'pv_village', 'pv_suspense_carry',
                coalesce(greatest(allocation.carried_in_fen - allocation.left_before_fen, 0), 0), allocation.month
            ),
            (
                'pv_carry_loss', 'pv_suspense_carry', 'pv_village',
                coalesce(greatest(allocation.left_before_fen - allocation.carried_in_fen, 0), 0), allocation.month
            ),
            ('pv_arrival', 'pv_village', 'pv_share', allocation.revenue_fen, allocation.month_end),
            ('pv_use_wages', 'pv_wage_pool', 'pv_village', allocation.post_wages_fen, allocation.month_end),
            ('pv_use_works', 'pv_public_works', 'pv_village', allocation.public_works_fen, allocation.month_end),
            ('pv_use_rent', 'pv_land_rent', 'pv_village', allocation.land_rent_fen, allocation.month_end),
            ('pv_use_operation', 'pv_operation', 'pv_village', allocation.operation_fen, allocation.month_end),
            ('pv_use_other', 'pv_other', 'pv_village', allocation.other_fen, allocation.month_end)
        ) AS line (kind, debit_kind, credit_kind, amount_fen, event_date)
    UNION ALL
    SELECT
        post.region_code,
        concat_ws(':', 'pv_wage', post.village_code, post.person_key, post.month_text) AS business_key,
        'pv_wage' AS kind,
        concat_ws(':', 'pv_wages_paid', post.village_code) AS debit_account,
        concat_ws(':', 'pv_wage_pool', post.village_code) AS credit_account,
        post.paid_fen,
        post.paid_on,
        post.delivery_id,
        post.month
    FROM post
),

-- Where facts spend more than an account holds, suspense covers the difference and takes it back as soon as later months allow.
flow AS (
    SELECT
        side.region_code,
        side.account_code,
        guard.suspense_kind,
        side.month,
        sum(side.amount_fen) AS change_fen,
        max(side.delivery_id) AS delivery_id
    FROM (
        SELECT
            region_code,
            debit_account AS account_code,
            month,
            amount_fen,
            delivery_id
        FROM stated
        UNION ALL
        SELECT
            region_code,
            credit_account,
            month,
            -amount_fen AS amount_fen,
            delivery_id
        FROM stated
    ) AS side
    INNER JOIN (
        VALUES
        ('pv_grid_coal', 'pv_suspense_receipt'),
        ('pv_grid_subsidy', 'pv_suspense_receipt'),
        ('pv_share', 'pv_suspense_arrival'),
        ('pv_village', 'pv_suspense_carry'),
        ('pv_wage_pool', 'pv_suspense_wages')
    ) AS guard (account_kind, suspense_kind) ON split_part(side.account_code, ':', 1) = guard.account_kind
    GROUP BY side.region_code, side.account_code, guard.suspense_kind, side.month
),

uncovered AS (
    SELECT
        flow.*,
        greatest(-sum(flow.change_fen) OVER account_so_far, 0) AS uncovered_fen
    FROM flow
    WINDOW account_so_far AS (PARTITION BY flow.region_code, flow.account_code ORDER BY flow.month)
),

cover AS (
    SELECT
        uncovered.*,
        split_part(uncovered.account_code, ':', 1) AS account_kind,
        concat_ws(':', uncovered.suspense_kind, substr(uncovered.account_code, strpos(uncovered.account_code, ':') + 1)) AS suspense_account,
        uncovered.uncovered_fen
        - lag(uncovered.uncovered_fen, 1, 0::numeric) OVER (
            PARTITION BY uncovered.region_code, uncovered.account_code ORDER BY uncovered.month
        ) AS cover_fen
    FROM uncovered
),

final AS (
    SELECT
        region_code,
        business_key,
        kind,
        debit_account,
        credit_account,
        amount_fen::bigint AS amount_fen,
        event_date,
        delivery_id
    FROM stated
    WHERE amount_fen <> 0
    UNION ALL
    SELECT
        region_code,
        concat_ws(':', CASE WHEN cover_fen > 0 THEN 'pv_cover' ELSE 'pv_uncover' END, account_code, to_char(month, 'YYYY-MM'))
            AS business_key,
        CASE WHEN cover_fen > 0 THEN 'pv_cover' ELSE 'pv_uncover' END AS kind,
        CASE WHEN cover_fen > 0 THEN account_code ELSE suspense_account END AS debit_account,
        CASE WHEN cover_fen > 0 THEN suspense_account ELSE account_code END AS credit_account,
        abs(cover_fen)::bigint AS amount_fen,
        (month + interval '1 month - 1 day')::date,
        delivery_id
    FROM cover
    WHERE cover_fen <> 0
)

SELECT * FROM final;
ALTER TABLE ledger_claim ADD PRIMARY KEY (region_code, business_key);
ANALYZE ledger_claim;
