-- Grain: rows of the dimensions, the vault, the ledger and the marts of the made-up region. Inputs: ops.region, fct_employment_month.
-- Rerun: once per warehouse. Amounts and digests are made up: a ledger of this kind does not verify.
INSERT INTO warehouse.dim_village (village_code, region_code, village_name, has_pv_share, known_from, known_to)
SELECT
    region.region_code || '001' || lpad(village.number::text, 3, '0'),
    region.region_code,
    '嘎查' || village.number,
    village.number < 23,
    '2019-01-01',
    'infinity'
FROM ops.region AS region
CROSS JOIN generate_series(0, 141) AS village (number)
WHERE region.level = 'banner';

INSERT INTO mart.target_progress (
    indicator, region_code, region_name, level, year, month, achieved_persons, achieved_insured, achieved_employer, achieved_call_back,
    baseline_persons, is_baseline_met, target_persons, full_target_persons, population_scale, target_precision_persons, comparison,
    is_met, is_met_insured, is_met_employer, is_met_call_back, gap_persons, pace_percent, projected_persons, projection_method,
    senders_expected, senders_delivered, definition_status
)
SELECT
    indicator.name,
    region.region_code,
    region.region_name,
    region.level,
    extract(YEAR FROM month.first)::integer,
    month.first,
    1700,
    400,
    800,
    1200,
    1690,
    true,
    target.target_persons,
    target.full_target_persons,
    target.population_scale,
    target.precision_persons,
    target.comparison,
    true,
    false,
    false,
    false,
    0,
    100,
    1750,
    'recent_additions',
    14,
    14,
    'unconfirmed'
FROM ops.region AS region
CROSS JOIN unnest(%(months)s::date[]) AS month (first)
CROSS JOIN (VALUES ('out_migration'), ('jingmeng_local_transfer'), ('beijing')) AS indicator (name)
LEFT JOIN ops.target AS target
    ON
        region.region_code = target.region_code AND indicator.name = target.indicator
        AND extract(YEAR FROM month.first) = target.year;

INSERT INTO mart.list_last_year_migrants (month, person_key, region_code, sender_code, village_code, class, last_year_tier)
SELECT
    month.first,
    employment.person_key,
    employment.region_code,
    employment.sender_code,
    employment.village_code,
    CASE WHEN employment.out_migration_tier < 4 THEN 'out_again' ELSE 'working_locally' END,
    employment.out_migration_tier
FROM warehouse.fct_employment_month AS employment
CROSS JOIN unnest((%(months)s::date[])[cardinality(%(months)s::date[]) - 1:]) AS month (first)
WHERE employment.month = (%(months)s::date[])[1] AND employment.is_out_migrant;

INSERT INTO mart.pv_revenue_share (
    village_code, region_code, sender_code, village_name, year, months_told, accrued_fen, received_fen, carried_in_fen, revenue_fen,
    post_wages_fen, public_works_fen, land_rent_fen, operation_fen, other_fen, carried_over_fen, post_persons, wage_due_fen,
    wage_paid_fen, gross_share_percent, net_share_percent, minimum_percent, basis, basis_status, is_met, has_wages_without_post,
    has_paid_above_received
)
SELECT
    village.village_code,
    village.region_code,
    region.sender_code,
    village.village_name,
    year.number,
    12,
    900000,
    900000,
    0,
    900000,
    700000,
    50000,
    50000,
    50000,
    50000,
    0,
    8,
    700000,
    700000,
    77.78,
    87.50,
    80,
    'gross',
    'unconfirmed',
    village.village_code < '1523',
    false,
    false
FROM warehouse.dim_village AS village
INNER JOIN ops.region AS region ON village.region_code = region.region_code
CROSS JOIN (SELECT DISTINCT extract(YEAR FROM month.first)::integer AS number FROM unnest(%(months)s::date[]) AS month (first)) AS year
WHERE village.has_pv_share;

INSERT INTO ledger.seal (
    region_code, batch_no, first_transfer_id, last_transfer_id, amount_fen, posted_at, previous_sha256, sha256
)
SELECT
    region.region_code,
    batch.number::integer,
    (batch.number - 1) * 276 + 1,
    batch.number * 276,
    276000,
    batch.month + interval '2 months',
    sha256(convert_to(region.region_code || batch.number, 'UTF8')),
    sha256(convert_to(region.region_code || (batch.number + 1), 'UTF8'))
FROM ops.region AS region
CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS batch (month, number)
WHERE region.level = 'banner';

INSERT INTO ledger.account (region_code, account_code, kind, subject_code, normal_side, balance_rule, opened_batch_no)
SELECT
    village.region_code,
    chart.kind || ':' || village.village_code,
    chart.kind,
    village.village_code,
    chart.normal_side,
    chart.balance_rule,
    1
FROM warehouse.dim_village AS village
CROSS JOIN ledger.account_kind AS chart
WHERE village.has_pv_share AND chart.kind LIKE 'pv%%' AND chart.chart_order <= 13;

INSERT INTO ledger.transfer (
    region_code, transfer_id, idempotency_key, batch_no, debit_account, credit_account, amount_fen, kind, event_date, posted_at,
    rule_version, delivery_id, digest
)
SELECT
    village.region_code,
    (batch.number - 1) * 276 + right(village.village_code, 3)::integer * 12 + chart.chart_order,
    village.region_code || ':' || chart.kind || ':' || village.village_code || ':' || batch.month || '#1',
    batch.number::integer,
    CASE chart.chart_order WHEN 1 THEN 'pv_wages_paid' ELSE chart.kind END || ':' || village.village_code,
    'pv_revenue:' || village.village_code,
    1000,
    chart.kind,
    batch.month + 14,
    batch.month + interval '2 months',
    'bench',
    1,
    sha256(convert_to(village.village_code || chart.kind, 'UTF8'))
FROM warehouse.dim_village AS village
CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS batch (month, number)
CROSS JOIN ledger.account_kind AS chart
WHERE village.has_pv_share AND chart.kind LIKE 'pv%%' AND chart.chart_order <= 12
ORDER BY batch.number, village.region_code; -- as they would have been posted

INSERT INTO ledger.balance (region_code, account_code, batch_no, balance_rule, debit_fen, credit_fen, balance_fen)
SELECT
    account.region_code,
    account.account_code,
    batch.number::integer,
    account.balance_rule,
    1000,
    0,
    1000 * batch.number
FROM ledger.account AS account
CROSS JOIN unnest(%(months)s::date[]) WITH ORDINALITY AS batch (month, number);

-- One claim in ten of two years waits for its money.
INSERT INTO mart.unpaid_entitlements (
    region_code, programme_code, claim_key, event_date, payee_kind, payee_code, fund_code, due_fen, paid_fen, unpaid_fen, state
)
SELECT
    region.region_code,
    programme.code,
    programme.code || ':' || md5(region.region_code || claim.number || month.first)::uuid,
    month.first + claim.number,
    'person',
    md5('payee' || claim.number)::uuid::text,
    'employment_subsidy',
    50000,
    0,
    50000,
    'at_bank'
FROM ops.region AS region
CROSS JOIN unnest(%(months)s::date[]) AS month (first)
CROSS JOIN generate_series(0, 27) AS claim (number)
CROSS JOIN (VALUES ('travel'), ('job_search'), ('training_living'), ('welfare_post')) AS programme (code)
WHERE region.level = 'banner';

INSERT INTO mart.programme_month (
    region_code, programme_code, month, claims, eligible_claims, refused_claims, persons, granted_fen, paid_fen, clawback_fen
)
SELECT
    region.region_code,
    programme.programme_code,
    month.first,
    900,
    170,
    730,
    160,
    8500000,
    7600000,
    0
FROM ops.region AS region
CROSS JOIN unnest(%(months)s::date[]) AS month (first)
CROSS JOIN (SELECT DISTINCT programme.programme_code FROM ops.programme AS programme) AS programme
WHERE region.level = 'banner';

INSERT INTO mart.fund_balance (
    region_code, fund_code, budget_fen, available_fen, committed_fen, payable_fen, bank_fen, returned_fen, paid_fen
)
SELECT
    region.region_code,
    fund.fund_code,
    900000000,
    500000000,
    100000000,
    50000000,
    50000000,
    10000000,
    190000000
FROM ops.region AS region
CROSS JOIN ops.fund AS fund
WHERE region.level = 'banner';
