-- Recomputes accounts and balances from the transfers, and holds them to the chart and to the rule against overdrawing.
-- Grain: per banner and rule, the first account or balance that breaks it.
-- Inputs: ledger.account, ledger.account_kind, ledger.balance, ledger.transfer. Rerun: reads only.
WITH
side AS (
    SELECT
        region_code,
        debit_account AS account_code,
        batch_no,
        sum(amount_fen) AS debit_fen,
        0 AS credit_fen
    FROM ledger.transfer
    GROUP BY region_code, debit_account, batch_no
    UNION ALL
    SELECT
        region_code,
        credit_account,
        batch_no,
        0 AS debit_fen,
        sum(amount_fen) AS credit_fen
    FROM ledger.transfer
    GROUP BY region_code, credit_account, batch_no
),

movement AS (
    SELECT
        region_code,
        account_code,
        batch_no,
        sum(debit_fen) AS debit_fen,
        sum(credit_fen) AS credit_fen
    FROM side
    GROUP BY region_code, account_code, batch_no
),

running AS (
    SELECT
        movement.*,
        account_kind.balance_rule,
        sum(
            CASE account_kind.normal_side
                WHEN 'debit' THEN movement.debit_fen - movement.credit_fen
                ELSE movement.credit_fen - movement.debit_fen
            END
        ) OVER (PARTITION BY movement.region_code, movement.account_code ORDER BY movement.batch_no) AS balance_fen
    FROM movement
    LEFT JOIN ledger.account_kind ON account_kind.kind = split_part(movement.account_code, ':', 1)
),

balance_judged AS (
    SELECT
        coalesce(running.region_code, balance.region_code) AS region_code,
        concat_ws(
            ' ', 'balance', coalesce(running.account_code, balance.account_code), 'batch', coalesce(running.batch_no, balance.batch_no)
        ) AS row_name,
        coalesce(running.batch_no, balance.batch_no)::bigint AS row_no,
        CASE
            WHEN running.balance_rule = 'not_negative' AND running.balance_fen < 0 THEN 'balance.overdrawn'
            WHEN
                running.batch_no IS NULL
                OR balance.batch_no IS NULL
                OR running.debit_fen <> balance.debit_fen
                OR running.credit_fen <> balance.credit_fen
                OR running.balance_fen <> balance.balance_fen
                OR running.balance_rule <> balance.balance_rule
                THEN 'balance.amounts'
        END AS rule_id
    FROM running
    FULL JOIN ledger.balance
        ON
            running.region_code = balance.region_code
            AND running.account_code = balance.account_code
            AND running.batch_no = balance.batch_no
),

opened AS (
    SELECT
        region_code,
        account_code,
        min(batch_no) AS batch_no
    FROM movement
    GROUP BY region_code, account_code
),

account_judged AS (
    SELECT
        account.region_code,
        'account ' || account.account_code AS row_name,
        account.opened_batch_no::bigint AS row_no,
        'account.row' AS rule_id
    FROM ledger.account
    LEFT JOIN ledger.account_kind ON account.kind = account_kind.kind
    LEFT JOIN opened ON account.region_code = opened.region_code AND account.account_code = opened.account_code
    WHERE
        (account.normal_side, account.balance_rule, account.opened_batch_no, account.account_code)
        IS DISTINCT FROM
        (account_kind.normal_side, account_kind.balance_rule, opened.batch_no, account.kind || ':' || account.subject_code)
),

found AS (
    SELECT
        region_code,
        rule_id,
        row_name,
        row_no
    FROM balance_judged
    WHERE rule_id IS NOT NULL
    UNION ALL
    SELECT
        region_code,
        rule_id,
        row_name,
        row_no
    FROM account_judged
)

SELECT DISTINCT ON (region_code, rule_id)
    region_code,
    rule_id,
    row_name,
    row_no
FROM found
ORDER BY region_code, rule_id, row_no, row_name;
