-- Money by month, for people: what the ledger says, added up batch by batch. Rerun: once.
-- Grain: one row per banner, kind of account and month of the event.
CREATE TABLE mart.account_month (
    region_code text NOT NULL,
    kind text COLLATE "C" NOT NULL,
    month date NOT NULL,
    debit_fen numeric NOT NULL,
    credit_fen numeric NOT NULL,
    transfers integer NOT NULL,
    batch_no integer NOT NULL,
    posted_at timestamptz NOT NULL,
    PRIMARY KEY (region_code, kind, month),
    CHECK (debit_fen >= 0 AND credit_fen >= 0)
);
ALTER TABLE mart.account_month OWNER TO steppe_loader;
COMMENT ON TABLE mart.account_month IS 'What was debited and credited to each kind of account, by banner and month; agrees with the ledger (C7.1) 分月资金';
COMMENT ON COLUMN mart.account_month.region_code IS 'Banner 旗县 区划代码';
COMMENT ON COLUMN mart.account_month.kind IS 'Kind of account, ledger.account_kind 会计科目';
COMMENT ON COLUMN mart.account_month.month IS 'Month of the events 月份';
COMMENT ON COLUMN mart.account_month.debit_fen IS 'Debited, fen 借方（分）';
COMMENT ON COLUMN mart.account_month.credit_fen IS 'Credited, fen 贷方（分）';
COMMENT ON COLUMN mart.account_month.transfers IS 'Transfers that touch the account, reversals included 分录数';
COMMENT ON COLUMN mart.account_month.batch_no IS 'Last batch of the banner that is counted in this row 批次';
COMMENT ON COLUMN mart.account_month.posted_at IS 'When that batch was posted 记账时间';
CALL ops.secure_by_region('mart.account_month');
GRANT SELECT ON mart.account_month TO steppe_analyst, steppe_auditor;
