-- What decisions, orders, approvals and the bank say should stand in the ledger, from the budget to the beneficiary and back.
-- Grain: one row per banner and business key.
-- Inputs: ledger.current_decision, ledger_line, ops.fund_budget, ops.region.
-- Rerun: replaces the transaction's temporary table.
-- A claim's lines are never taken back once they are with the bank: where less is due than was sent, what came back is recovered, for good,
-- and the rest is owed by the beneficiary; where more is due, the difference is committed now, whatever month it is for.
DROP TABLE IF EXISTS pg_temp.ledger_claim;
CREATE TEMPORARY TABLE ledger_claim ON COMMIT DROP AS
WITH
-- The nearest region's budget: a banner's own, else its league's, else the region's.
budget AS (
    SELECT DISTINCT ON (banner.region_code, fund_budget.fund_code, fund_budget.year)
        banner.region_code,
        fund_budget.fund_code,
        fund_budget.year,
        fund_budget.budget_fen
    FROM ops.region AS banner
    INNER JOIN ops.region AS league ON banner.parent_code = league.region_code
    INNER JOIN ops.fund_budget ON fund_budget.region_code IN (banner.region_code, league.region_code, league.parent_code)
    WHERE banner.level = 'banner'
    ORDER BY
        banner.region_code ASC, fund_budget.fund_code ASC, fund_budget.year ASC,
        fund_budget.region_code = banner.region_code DESC, fund_budget.region_code = league.region_code DESC
),

granted AS (
    SELECT *
    FROM ledger.current_decision
    WHERE settlement = 'payment' AND outcome = 'eligible'
),

-- A claim's money as it was lined up, each sum once: what is sent again is not more, what the fund has back is less.
lined AS (
    SELECT
        region_code,
        claim_key,
        coalesce(sum(amount_fen) FILTER (WHERE is_first), 0) - sum(kept_fen) AS lined_fen
    FROM ledger_line
    GROUP BY region_code, claim_key
),

due AS (
    SELECT
        coalesce(granted.region_code, lined.region_code) AS region_code,
        coalesce(granted.claim_key, lined.claim_key) AS claim_key,
        granted.programme_code,
        granted.fund_code,
        granted.event_date,
        granted.delivery_id,
        greatest(coalesce(granted.amount_fen, 0) - coalesce(lined.lined_fen, 0), 0) AS wanting_fen,
        greatest(coalesce(lined.lined_fen, 0) - coalesce(granted.amount_fen, 0), 0) AS surplus_fen
    FROM granted
    FULL JOIN lined ON granted.region_code = lined.region_code AND granted.claim_key = lined.claim_key
),

-- The line that has the money now, where the bank has answered: what came back gives first, then the newest payment.
holder AS (
    SELECT
        line.region_code,
        line.payment_reference,
        line.line_no,
        line.amount_fen - line.kept_fen AS left_fen,
        due.surplus_fen - coalesce(sum(line.amount_fen - line.kept_fen) OVER (
            PARTITION BY line.region_code, line.claim_key
            ORDER BY line.bank_status DESC, line.payment_reference DESC, line.line_no DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS surplus_left_fen
    FROM ledger_line AS line
    INNER JOIN due ON line.region_code = due.region_code AND line.claim_key = due.claim_key
    WHERE line.bank_status IS NOT NULL AND line.again_fen IS NULL
),

given_back AS (
    SELECT
        line.*,
        line.kept_fen + greatest(least(holder.left_fen, holder.surplus_left_fen), 0) AS back_fen
    FROM ledger_line AS line
    LEFT JOIN holder
        ON
            line.region_code = holder.region_code
            AND line.payment_reference = holder.payment_reference
            AND line.line_no = holder.line_no
    WHERE line.bank_status IS NOT NULL
),

-- What each fund has left for claims that are not lined up yet; they are served in order of their date.
used AS (
    SELECT
        side.region_code,
        side.fund_code,
        sum(side.amount_fen) AS used_fen
    FROM (
        SELECT
            region_code,
            fund_code,
            amount_fen
        FROM ledger_line
        WHERE is_first
        UNION ALL
        SELECT
            region_code,
            fund_code,
            -back_fen AS amount_fen
        FROM given_back
        WHERE bank_status = 'returned'
        UNION ALL
        SELECT
            region_code,
            fund_code,
            -budget_fen AS amount_fen
        FROM budget
    ) AS side
    GROUP BY side.region_code, side.fund_code
),

queued AS (
    SELECT
        due.*,
        coalesce(used.used_fen, 0) + sum(due.wanting_fen) OVER (
            PARTITION BY due.region_code, due.fund_code
            ORDER BY due.event_date, due.delivery_id, due.claim_key
        ) <= 0 AS is_funded
    FROM due
    LEFT JOIN used ON due.region_code = used.region_code AND due.fund_code = used.fund_code
    WHERE due.wanting_fen > 0
),

committed AS (
    SELECT
        side.region_code,
        side.claim_key,
        side.programme_code,
        side.fund_code,
        sum(side.amount_fen) AS amount_fen,
        max(side.event_date) AS event_date,
        max(side.delivery_id) AS delivery_id
    FROM (
        SELECT
            region_code,
            claim_key,
            programme_code,
            fund_code,
            amount_fen,
            NULL::date AS event_date,
            NULL::bigint AS delivery_id
        FROM ledger_line
        WHERE is_first
        UNION ALL
        SELECT
            region_code,
            claim_key,
            programme_code,
            fund_code,
            wanting_fen,
            event_date,
            delivery_id
        FROM queued
        WHERE is_funded
    ) AS side
    GROUP BY side.region_code, side.claim_key, side.programme_code, side.fund_code
),

stated AS (
    SELECT
        budget.region_code,
        concat_ws(':', 'subsidy_budget', budget.fund_code, budget.year) AS business_key,
        'subsidy_budget' AS kind,
        'subsidy_available:' || budget.fund_code AS debit_account,
        'subsidy_budget:' || budget.fund_code AS credit_account,
        budget.budget_fen AS amount_fen,
        make_date(budget.year, 1, 1) AS event_date,
        NULL::bigint AS delivery_id
    FROM budget
    UNION ALL
    SELECT
        committed.region_code,
        concat_ws(':', 'subsidy_commit', committed.fund_code, committed.claim_key) AS business_key,
        'subsidy_commit' AS kind,
        concat_ws(':', 'subsidy_committed', committed.fund_code, committed.programme_code) AS debit_account,
        'subsidy_available:' || committed.fund_code AS credit_account,
        committed.amount_fen,
        -- What is lined up already may belong to a claim that nothing is granted for any more.
        coalesce(
            committed.event_date,
            (
                SELECT decision.event_date
                FROM ledger.current_decision AS decision
                WHERE decision.region_code = committed.region_code AND decision.claim_key = committed.claim_key
            )
        ) AS event_date,
        committed.delivery_id
    FROM committed
    UNION ALL
    SELECT
        line.region_code,
        concat_ws(':', 'subsidy_payable', line.payment_reference, line.line_no) AS business_key,
        'subsidy_payable' AS kind,
        concat_ws(':', 'subsidy_payable', line.fund_code, line.programme_code) AS debit_account,
        concat_ws(
            ':', CASE WHEN line.is_first THEN 'subsidy_committed' ELSE 'subsidy_returned' END, line.fund_code, line.programme_code
        ) AS credit_account,
        line.amount_fen,
        line.proposed_on,
        NULL AS delivery_id
    FROM ledger_line AS line
    UNION ALL
    SELECT
        line.region_code,
        concat_ws(':', 'subsidy_release', line.payment_reference, line.line_no) AS business_key,
        'subsidy_release' AS kind,
        concat_ws(':', 'subsidy_bank', line.fund_code, line.programme_code) AS debit_account,
        concat_ws(':', 'subsidy_payable', line.fund_code, line.programme_code) AS credit_account,
        line.amount_fen,
        line.released_on,
        NULL AS delivery_id
    FROM ledger_line AS line
    WHERE line.released_on IS NOT NULL
    UNION ALL
    SELECT
        line.region_code,
        concat_ws(':', 'subsidy_' || line.bank_status, line.payment_reference, line.line_no) AS business_key,
        'subsidy_' || line.bank_status AS kind,
        CASE line.bank_status
            WHEN 'paid' THEN concat_ws(':', 'subsidy_paid', line.payee_kind, line.payee_code)
            ELSE concat_ws(':', 'subsidy_returned', line.fund_code, line.programme_code)
        END AS debit_account,
        concat_ws(':', 'subsidy_bank', line.fund_code, line.programme_code) AS credit_account,
        line.amount_fen,
        line.answered_on,
        line.delivery_id
    FROM ledger_line AS line
    WHERE line.bank_status IS NOT NULL
    UNION ALL
    SELECT
        given_back.region_code,
        concat_ws(
            ':', CASE given_back.bank_status WHEN 'paid' THEN 'subsidy_clawback' ELSE 'subsidy_recovered' END,
            given_back.payment_reference, given_back.line_no
        ) AS business_key,
        CASE given_back.bank_status WHEN 'paid' THEN 'subsidy_clawback' ELSE 'subsidy_recovered' END AS kind,
        CASE given_back.bank_status
            WHEN 'paid' THEN concat_ws(':', 'subsidy_clawback', given_back.payee_kind, given_back.payee_code)
            ELSE 'subsidy_available:' || given_back.fund_code
        END AS debit_account,
        CASE given_back.bank_status
            WHEN 'paid' THEN concat_ws(':', 'subsidy_paid', given_back.payee_kind, given_back.payee_code)
            ELSE concat_ws(':', 'subsidy_returned', given_back.fund_code, given_back.programme_code)
        END AS credit_account,
        given_back.back_fen,
        given_back.answered_on,
        given_back.delivery_id
    FROM given_back
)

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
WHERE amount_fen > 0;
ALTER TABLE ledger_claim ADD PRIMARY KEY (region_code, business_key);
ANALYZE ledger_claim;
