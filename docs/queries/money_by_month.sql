-- What did the stations earn, and what was paid to holders of posts, month by month? 发电收入与实发工资 (C5.3, C7.1)
SELECT
    month,
    sum(credit_fen - debit_fen) FILTER (WHERE kind = 'pv_revenue') / 100 AS earned_yuan,
    sum(debit_fen - credit_fen) FILTER (WHERE kind = 'pv_wages_paid') / 100 AS wages_paid_yuan
FROM mart.account_month
GROUP BY month
ORDER BY month;
