-- Ledger: accounts, transfers, seals. A transfer is one row that debits one account and credits another, so it cannot be unbalanced.
-- Rerun: once.
--
-- Money moves from the credited to the debited account. The business key says which fact a transfer states; the idempotency key is
-- `region:business key#version`, and `.reversal` after it marks the reversal of that version:
--
--   id  idempotency_key                                        debit_account            credit_account           amount_fen  reverses
--   1   150428:pv_arrival:150428001001:2020-05#1               pv_village:150428001001  pv_share:150428001001       120000
--   2   150428:pv_arrival:150428001001:2020-05#1.reversal      pv_share:150428001001    pv_village:150428001001     120000  1
--   3   150428:pv_arrival:150428001001:2020-05#2               pv_village:150428001001  pv_share:150428001001       118000
--
-- Transfers of a banner are numbered without gaps. Those of one batch are sealed together with the seal before them, so that a changed,
-- removed or inserted row is found (ledger verify). What a batch does to each account is a row of ledger.balance, and the rule that an
-- account is not overdrawn is a CHECK there.
--
-- Append-only by privilege: no role but the installation's owner may UPDATE, DELETE or TRUNCATE. The table of transfers has no foreign
-- key to accounts and seals: a key checked row by row costs as much as the whole posting (docs/decisions/ledger-shape.md). The
-- statements that post join the accounts, ledger.balance carries the foreign keys, and verify finds a row inserted past them.

-- The chart of accounts (docs/decisions/ledger-pv-accounts.md). A view: it is part of the schema, and an account takes over its kind's
-- side and rule when it opens.
--   pv_revenue → pv_grid_coal | pv_grid_subsidy → pv_settlement → pv_share → pv_village → pv_wage_pool → pv_wages_paid
--   pv_opening → pv_village → pv_public_works | pv_land_rent | pv_operation | pv_other; pv_suspense_* covers what facts do not explain
CREATE VIEW ledger.account_kind WITH (security_invoker = TRUE) AS
SELECT
    chart_order,
    kind,
    normal_side,
    balance_rule,
    subject,
    label_zh,
    label_en
FROM (
    VALUES
    (1, 'pv_revenue', 'credit', 'any', 'station', '发电收入', 'Earned by the station'),
    (2, 'pv_grid_coal', 'debit', 'not_negative', 'station', '应收电网公司脱硫煤电费', 'Owed by the grid company: coal-benchmark part'),
    (3, 'pv_grid_subsidy', 'debit', 'not_negative', 'station', '应收电网公司补贴', 'Owed by the grid company: state subsidy'),
    (4, 'pv_settlement', 'debit', 'not_negative', 'station', '县级结转账户', 'County settlement account, by station'),
    (5, 'pv_share', 'debit', 'not_negative', 'village', '应拨村集体收益', 'Shared to the village, not yet arrived'),
    (6, 'pv_village', 'debit', 'not_negative', 'village', '村集体账户', 'Village collective account'),
    (7, 'pv_wage_pool', 'debit', 'not_negative', 'village', '公益岗工资池', 'Set aside for wages of welfare posts'),
    (8, 'pv_wages_paid', 'debit', 'not_negative', 'village', '已发公益岗工资', 'Paid to holders of welfare posts'),
    (9, 'pv_public_works', 'debit', 'not_negative', 'village', '小型公益事业', 'Public works'),
    (10, 'pv_land_rent', 'debit', 'not_negative', 'village', '土地租金', 'Land rent'),
    (11, 'pv_operation', 'debit', 'not_negative', 'village', '运维费用', 'Operation and maintenance'),
    (12, 'pv_other', 'debit', 'not_negative', 'village', '奖励补助等其他', 'Other uses'),
    (13, 'pv_opening', 'credit', 'any', 'village', '期初结转', 'Held by the village before the first known month'),
    (14, 'pv_suspense_receipt', 'credit', 'any', 'station', '待查：实收大于应收', 'Suspense: received above accrued'),
    (15, 'pv_suspense_arrival', 'credit', 'any', 'village', '待查：到账大于应拨', 'Suspense: arrived above the shares'),
    (16, 'pv_suspense_carry', 'credit', 'any', 'village', '待查：结转不衔接', 'Suspense: carried in differs from carried over'),
    (17, 'pv_suspense_wages', 'credit', 'any', 'village', '待查：发放大于分配', 'Suspense: paid above what was set aside')
) AS chart (chart_order, kind, normal_side, balance_rule, subject, label_zh, label_en);

COMMENT ON VIEW ledger.account_kind IS 'Chart of accounts: one row per kind of account 会计科目';
COMMENT ON COLUMN ledger.account_kind.chart_order IS 'Order in the chart 序号';
COMMENT ON COLUMN ledger.account_kind.kind IS 'Kind, the first part of an account code 科目';
COMMENT ON COLUMN ledger.account_kind.normal_side IS 'Side on which its balance grows: debit or credit 余额方向';
COMMENT ON COLUMN ledger.account_kind.balance_rule IS 'not_negative: may not be overdrawn; any: may stand on either side 余额规则';
COMMENT ON COLUMN ledger.account_kind.subject IS 'Whose account it is: station or village 归属对象';
COMMENT ON COLUMN ledger.account_kind.label_zh IS 'Name 科目名称';
COMMENT ON COLUMN ledger.account_kind.label_en IS 'Name in English 科目名称（英文）';

-- Grain: one row per banner and batch.
CREATE TABLE ledger.seal (
    region_code text NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    batch_no integer NOT NULL CHECK (batch_no > 0),
    first_transfer_id bigint NOT NULL CHECK (first_transfer_id > 0),
    last_transfer_id bigint NOT NULL,
    amount_fen numeric NOT NULL CHECK (amount_fen > 0),
    posted_at timestamptz NOT NULL,
    publication_id bigint,
    previous_sha256 bytea NOT NULL CHECK (octet_length(previous_sha256) = 32),
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (region_code, batch_no),
    UNIQUE (region_code, first_transfer_id),
    UNIQUE (region_code, previous_sha256),
    CHECK (last_transfer_id >= first_transfer_id),
    CHECK ((batch_no = 1) = (first_transfer_id = 1))
);
COMMENT ON TABLE ledger.seal IS 'One row per banner and batch: the hash over its transfers and the previous seal 批次封签';
COMMENT ON COLUMN ledger.seal.region_code IS 'Banner; each has a chain of its own 旗县';
COMMENT ON COLUMN ledger.seal.batch_no IS 'Number of the batch in the banner, without gaps 批次序号';
COMMENT ON COLUMN ledger.seal.first_transfer_id IS 'First transfer of the batch 首笔序号';
COMMENT ON COLUMN ledger.seal.last_transfer_id IS 'Last transfer of the batch 末笔序号';
COMMENT ON COLUMN ledger.seal.amount_fen IS 'Sum of the amounts of its transfers, fen 合计金额（分）';
COMMENT ON COLUMN ledger.seal.posted_at IS 'When the batch was posted 记账时间';
COMMENT ON COLUMN ledger.seal.publication_id IS 'Last publication known when it was posted; NULL where no publication led to it 截至发布序号';
COMMENT ON COLUMN ledger.seal.previous_sha256 IS 'Seal of the batch before; SHA-256 of the region code for the first 上一封签';
COMMENT ON COLUMN ledger.seal.sha256 IS 'ledger.seal_digest over this row and the digests of its transfers in order 封签';

-- Grain: one row per banner and account; opened by the first batch that uses it.
CREATE TABLE ledger.account (
    region_code text NOT NULL,
    account_code text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    subject_code text NOT NULL CHECK (subject_code <> ''),
    normal_side text NOT NULL CHECK (normal_side IN ('debit', 'credit')),
    balance_rule text NOT NULL CHECK (balance_rule IN ('any', 'not_negative')),
    opened_batch_no integer NOT NULL,
    PRIMARY KEY (region_code, account_code),
    UNIQUE (region_code, account_code, balance_rule),
    FOREIGN KEY (region_code, opened_batch_no) REFERENCES ledger.seal,
    CHECK (account_code = kind || ':' || subject_code)
);
COMMENT ON TABLE ledger.account IS 'One row per banner and account 账户';
COMMENT ON COLUMN ledger.account.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.account.account_code IS 'kind:subject, such as pv_village:150428001001 账户代码';
COMMENT ON COLUMN ledger.account.kind IS 'Kind in ledger.account_kind 科目';
COMMENT ON COLUMN ledger.account.subject_code IS 'Station or village whose account it is 归属对象代码';
COMMENT ON COLUMN ledger.account.normal_side IS 'Side on which its balance grows 余额方向';
COMMENT ON COLUMN ledger.account.balance_rule IS 'not_negative: may not be overdrawn 余额规则';
COMMENT ON COLUMN ledger.account.opened_batch_no IS 'Batch that opened it 开户批次';

-- Grain: one row per banner and transfer.
CREATE TABLE ledger.transfer (
    region_code text NOT NULL,
    transfer_id bigint NOT NULL,
    idempotency_key text COLLATE "C" NOT NULL,
    batch_no integer NOT NULL,
    debit_account text COLLATE "C" NOT NULL,
    credit_account text COLLATE "C" NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    kind text NOT NULL,
    event_date date NOT NULL,
    posted_at timestamptz NOT NULL,
    rule_version text NOT NULL,
    delivery_id bigint,
    reverses_transfer_id bigint,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (region_code, transfer_id),
    UNIQUE (region_code, idempotency_key),
    FOREIGN KEY (region_code, reverses_transfer_id) REFERENCES ledger.transfer,
    CHECK (debit_account <> credit_account),
    CHECK (starts_with(idempotency_key, region_code || ':')),
    CHECK (
        reverses_transfer_id IS NULL
        OR (
            reverses_transfer_id < transfer_id
            AND right(idempotency_key, 9) = '.reversal'
            AND right(idempotency_key, 18) <> '.reversal.reversal'
        )
    )
);
CREATE UNIQUE INDEX transfer_reversed_once ON ledger.transfer (region_code, reverses_transfer_id) WHERE reverses_transfer_id IS NOT NULL;
COMMENT ON TABLE ledger.transfer IS 'One row per movement of money from the credited to the debited account; never changed 转账分录';
COMMENT ON COLUMN ledger.transfer.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.transfer.transfer_id IS 'Number in the banner, without gaps 序号';
COMMENT ON COLUMN ledger.transfer.idempotency_key IS 'region:business key#version; posted once 幂等键';
COMMENT ON COLUMN ledger.transfer.batch_no IS 'Batch that posted it 批次序号';
COMMENT ON COLUMN ledger.transfer.debit_account IS 'Account that receives 借方账户';
COMMENT ON COLUMN ledger.transfer.credit_account IS 'Account that gives 贷方账户';
COMMENT ON COLUMN ledger.transfer.amount_fen IS 'Amount, fen 金额（分）';
COMMENT ON COLUMN ledger.transfer.kind IS 'Kind of fact it states, the first part of the business key 业务类型';
COMMENT ON COLUMN ledger.transfer.event_date IS 'Day of the fact; the last of the month where only the month is known 业务日期';
COMMENT ON COLUMN ledger.transfer.posted_at IS 'When it was posted, also for a late fact 记账时间';
COMMENT ON COLUMN ledger.transfer.rule_version IS 'Version of the rules that derived it from facts 规则版本';
COMMENT ON COLUMN ledger.transfer.delivery_id IS 'Delivery that states the fact; NULL for the reversal of a fact no longer stated 来源批次';
COMMENT ON COLUMN ledger.transfer.reverses_transfer_id IS 'Transfer of this banner that it takes back, whole and once 冲销序号';
COMMENT ON COLUMN ledger.transfer.digest IS 'ledger.transfer_digest over the row 行摘要';

-- Grain: one row per account and batch that touched it.
CREATE TABLE ledger.balance (
    region_code text NOT NULL,
    account_code text COLLATE "C" NOT NULL,
    batch_no integer NOT NULL,
    balance_rule text NOT NULL,
    debit_fen numeric NOT NULL CHECK (debit_fen >= 0),
    credit_fen numeric NOT NULL CHECK (credit_fen >= 0),
    balance_fen numeric NOT NULL,
    PRIMARY KEY (region_code, account_code, batch_no),
    FOREIGN KEY (region_code, account_code, balance_rule) REFERENCES ledger.account (region_code, account_code, balance_rule),
    FOREIGN KEY (region_code, batch_no) REFERENCES ledger.seal,
    CONSTRAINT balance_not_overdrawn CHECK (balance_rule = 'any' OR balance_fen >= 0)
);
COMMENT ON TABLE ledger.balance IS 'One row per account and batch that touched it, with the balance after it 账户批次余额';
COMMENT ON COLUMN ledger.balance.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.balance.account_code IS 'Account 账户代码';
COMMENT ON COLUMN ledger.balance.batch_no IS 'Batch 批次序号';
COMMENT ON COLUMN ledger.balance.balance_rule IS 'The account''s rule, held to it by the foreign key 余额规则';
COMMENT ON COLUMN ledger.balance.debit_fen IS 'Debited by the batch, fen 借方发生额（分）';
COMMENT ON COLUMN ledger.balance.credit_fen IS 'Credited by the batch, fen 贷方发生额（分）';
COMMENT ON COLUMN ledger.balance.balance_fen IS 'Balance after the batch on the account''s normal side, fen 余额（分）';

-- What is hashed, so that anyone can recompute it: the values joined by |, an absent number as -, the date as days since 2000-01-01.
-- Batch and posting time are not in it: a transfer belongs to the seal whose range holds its number, and shares its time.
CREATE FUNCTION ledger.transfer_digest(
    region_code text,
    transfer_id bigint,
    idempotency_key text,
    debit_account text,
    credit_account text,
    amount_fen bigint,
    kind text,
    event_date date,
    rule_version text,
    delivery_id bigint,
    reverses_transfer_id bigint
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    region_code,
    transfer_id,
    idempotency_key,
    debit_account,
    credit_account,
    amount_fen,
    kind,
    event_date - '2000-01-01'::date,
    rule_version,
    coalesce(delivery_id::text, '-'),
    coalesce(reverses_transfer_id::text, '-')
), 'UTF8'));
COMMENT ON FUNCTION ledger.transfer_digest(text, bigint, text, text, text, bigint, text, date, text, bigint, bigint)
IS 'SHA-256 over a transfer 转账行摘要';

CREATE FUNCTION ledger.seal_digest(
    region_code text,
    batch_no integer,
    first_transfer_id bigint,
    last_transfer_id bigint,
    amount_fen numeric,
    posted_at timestamptz,
    publication_id bigint,
    previous_sha256 bytea,
    digests bytea
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    region_code,
    batch_no,
    first_transfer_id,
    last_transfer_id,
    amount_fen,
    (extract(EPOCH FROM posted_at) * 1000000)::bigint,
    coalesce(publication_id::text, '-')
), 'UTF8') || previous_sha256 || digests);
COMMENT ON FUNCTION ledger.seal_digest(text, integer, bigint, bigint, numeric, timestamptz, bigint, bytea, bytea)
IS 'SHA-256 over a seal''s row, the previous seal and the digests of its transfers in order of their number 封签摘要';

-- The version is what stands after the last #, so that a code inside the business key may hold one.
CREATE FUNCTION ledger.business_key(idempotency_key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr(idempotency_key, 8, greatest(length(idempotency_key) - length(split_part(idempotency_key, '#', -1)) - 8, 0));
COMMENT ON FUNCTION ledger.business_key(text) IS 'Business key inside an idempotency key 业务键';

CREATE FUNCTION ledger.key_version(idempotency_key text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN split_part(idempotency_key, '#', -1) = '1' THEN 1
    WHEN split_part(idempotency_key, '#', -1) ~ '^[1-9][0-9]{0,8}([.]reversal)?$'
        THEN split_part(split_part(idempotency_key, '#', -1), '.', 1)::integer
END;
COMMENT ON FUNCTION ledger.key_version(text) IS 'Version inside an idempotency key 版本号';

-- A first version, the usual case, is told without a regular expression: one costs as much as the digest.
CREATE FUNCTION ledger.is_key(idempotency_key text, region_code text, kind text, is_reversal boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN starts_with(idempotency_key, region_code || ':' || kind || ':')
    AND CASE
        WHEN is_reversal THEN split_part(idempotency_key, '#', -1) ~ '^[1-9][0-9]{0,8}[.]reversal$'
        ELSE split_part(idempotency_key, '#', -1) = '1' OR split_part(idempotency_key, '#', -1) ~ '^[1-9][0-9]{0,8}$'
    END;
COMMENT ON FUNCTION ledger.is_key(text, text, text, boolean) IS 'Whether an idempotency key is region:kind:…#version, with .reversal on a reversal only 幂等键是否合规';

CREATE VIEW ledger.standing_transfer WITH (security_invoker = TRUE) AS
SELECT
    transfer.region_code,
    transfer.transfer_id,
    ledger.business_key(transfer.idempotency_key) AS business_key,
    transfer.debit_account,
    transfer.credit_account,
    transfer.amount_fen,
    transfer.kind,
    transfer.event_date,
    transfer.posted_at,
    transfer.delivery_id
FROM ledger.transfer
WHERE
    transfer.reverses_transfer_id IS NULL
    AND NOT EXISTS (
        SELECT
        FROM ledger.transfer AS reversal
        WHERE reversal.region_code = transfer.region_code AND reversal.reverses_transfer_id = transfer.transfer_id
    );
COMMENT ON VIEW ledger.standing_transfer IS 'Transfers that were not taken back: one per business key 有效分录';
COMMENT ON COLUMN ledger.standing_transfer.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.standing_transfer.transfer_id IS 'Number in the banner 序号';
COMMENT ON COLUMN ledger.standing_transfer.business_key IS 'Fact that it states 业务键';
COMMENT ON COLUMN ledger.standing_transfer.debit_account IS 'Account that receives 借方账户';
COMMENT ON COLUMN ledger.standing_transfer.credit_account IS 'Account that gives 贷方账户';
COMMENT ON COLUMN ledger.standing_transfer.amount_fen IS 'Amount, fen 金额（分）';
COMMENT ON COLUMN ledger.standing_transfer.kind IS 'Kind of fact 业务类型';
COMMENT ON COLUMN ledger.standing_transfer.event_date IS 'Day of the fact 业务日期';
COMMENT ON COLUMN ledger.standing_transfer.posted_at IS 'When it was posted 记账时间';
COMMENT ON COLUMN ledger.standing_transfer.delivery_id IS 'Delivery that states the fact 来源批次';

CREATE VIEW ledger.account_balance WITH (security_invoker = TRUE) AS
SELECT
    account.region_code,
    account.account_code,
    account.kind,
    account.subject_code,
    account.normal_side,
    sum(balance.debit_fen) AS debit_fen,
    sum(balance.credit_fen) AS credit_fen,
    sum(CASE account.normal_side WHEN 'debit' THEN balance.debit_fen - balance.credit_fen ELSE balance.credit_fen - balance.debit_fen END)
        AS balance_fen
FROM ledger.account
INNER JOIN ledger.balance ON account.region_code = balance.region_code AND account.account_code = balance.account_code
GROUP BY account.region_code, account.account_code;
COMMENT ON VIEW ledger.account_balance IS 'One row per account with what was debited and credited to it so far 账户余额';
COMMENT ON COLUMN ledger.account_balance.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.account_balance.account_code IS 'Account 账户代码';
COMMENT ON COLUMN ledger.account_balance.kind IS 'Kind in ledger.account_kind 科目';
COMMENT ON COLUMN ledger.account_balance.subject_code IS 'Station or village 归属对象代码';
COMMENT ON COLUMN ledger.account_balance.normal_side IS 'Side on which its balance grows 余额方向';
COMMENT ON COLUMN ledger.account_balance.debit_fen IS 'Debited, fen 借方累计（分）';
COMMENT ON COLUMN ledger.account_balance.credit_fen IS 'Credited, fen 贷方累计（分）';
COMMENT ON COLUMN ledger.account_balance.balance_fen IS 'Balance on the normal side, fen 余额（分）';

CREATE VIEW ledger.exception WITH (security_invoker = TRUE) AS
SELECT
    account_balance.region_code,
    account_balance.account_code,
    account_balance.kind,
    account_balance.subject_code,
    account_balance.balance_fen,
    CASE account_balance.kind
        WHEN 'pv_settlement' THEN '电站份额合计不为 100%，已收电费未能分配到村：核对电站份额后重报'
        WHEN 'pv_suspense_receipt' THEN '实收大于应收：核对电费结算后重报'
        WHEN 'pv_suspense_arrival' THEN '村集体到账大于各电站应拨：核对收益分配或补报电费结算'
        WHEN 'pv_suspense_carry' THEN '上期结转与上一期的结转下期不一致：核对收益分配后重报'
        ELSE '公益岗实发大于分配的工资：核对收益分配或公益岗发放后重报'
    END AS reason_zh,
    CASE account_balance.kind
        WHEN 'pv_settlement' THEN 'the station''s shares do not sum to 100 %, what was received could not be shared: correct the shares'
        WHEN 'pv_suspense_receipt' THEN 'received above accrued: correct the settlement'
        WHEN 'pv_suspense_arrival' THEN 'more arrived at the village than its stations shared: correct the allocation or deliver the settlement'
        WHEN 'pv_suspense_carry' THEN 'carried in differs from what the month before carried over: correct the allocation'
        ELSE 'more wages were paid than set aside: correct the allocation or the posts'
    END AS reason_en
FROM ledger.account_balance
WHERE
    (account_balance.kind = 'pv_settlement' OR starts_with(account_balance.kind, 'pv_suspense_'))
    AND account_balance.balance_fen <> 0;
COMMENT ON VIEW ledger.exception IS 'Accounts that a person must look at: money that the delivered facts do not explain 待查事项';
COMMENT ON COLUMN ledger.exception.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.exception.account_code IS 'Account 账户代码';
COMMENT ON COLUMN ledger.exception.kind IS 'Kind of account 科目';
COMMENT ON COLUMN ledger.exception.subject_code IS 'Station or village 归属对象代码';
COMMENT ON COLUMN ledger.exception.balance_fen IS 'Amount that is not explained, fen 待查金额（分）';
COMMENT ON COLUMN ledger.exception.reason_zh IS 'What is wrong and what to do 原因';
COMMENT ON COLUMN ledger.exception.reason_en IS 'The same in English 原因（英文）';

-- A grant on a league or on the region holds for the banners below.
CREATE VIEW ledger.visible_region AS
SELECT region.region_code
FROM ops.region
LEFT JOIN ops.region AS parent ON region.parent_code = parent.region_code
WHERE EXISTS (
    SELECT
    FROM ops.region_grant
    WHERE
        region_grant.role_name = current_user
        AND region_grant.region_code IN (region.region_code, parent.region_code, parent.parent_code)
);
COMMENT ON VIEW ledger.visible_region IS 'Regions that the current role may see 当前角色可见区划';
COMMENT ON COLUMN ledger.visible_region.region_code IS 'Region 区划代码';

ALTER TABLE ledger.seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger.balance ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON ledger.seal TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY whole ON ledger.account TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY whole ON ledger.transfer TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY whole ON ledger.balance TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY granted_regions ON ledger.seal FOR SELECT TO steppe_analyst
USING (region_code IN (SELECT region_code FROM ledger.visible_region));
CREATE POLICY granted_regions ON ledger.account FOR SELECT TO steppe_analyst
USING (region_code IN (SELECT region_code FROM ledger.visible_region));
CREATE POLICY granted_regions ON ledger.transfer FOR SELECT TO steppe_analyst
USING (region_code IN (SELECT region_code FROM ledger.visible_region));
CREATE POLICY granted_regions ON ledger.balance FOR SELECT TO steppe_analyst
USING (region_code IN (SELECT region_code FROM ledger.visible_region));

GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT ON ledger.account, ledger.transfer, ledger.seal, ledger.balance TO steppe_loader;
