-- Decisions: for every candidate of a programme what was asked, what was found, and what follows. Rerun: once.
-- Append-only like the ledger: a decision that changes is the next number of its claim. Each row carries a digest over its cells.

-- Grain: one row per banner, claim and change of its decision.
CREATE TABLE ledger.decision (
    region_code text NOT NULL CHECK (region_code ~ '^[0-9]{6}$'),
    claim_key text COLLATE "C" NOT NULL,
    decision_no integer NOT NULL CHECK (decision_no > 0),
    programme_code text NOT NULL,
    settlement text CHECK (settlement IN ('payment', 'village', 'referral')),
    payee_kind text NOT NULL CHECK (payee_kind IN ('person', 'employer', 'workshop', 'intermediary', 'village')),
    payee_code text NOT NULL CHECK (payee_code <> ''),
    person_key uuid,
    event_date date NOT NULL,
    units integer NOT NULL CHECK (units >= 0),
    granted_units integer NOT NULL CHECK (granted_units BETWEEN 0 AND units),
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    fund_code text,
    rule_version text,
    outcome text NOT NULL CHECK (outcome IN ('eligible', 'refused', 'withdrawn')),
    conditions jsonb NOT NULL CHECK (jsonb_typeof(conditions) = 'array'),
    delivery_id bigint,
    decided_at timestamptz NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    PRIMARY KEY (region_code, claim_key, decision_no),
    CHECK (starts_with(claim_key, programme_code || ':')),
    CHECK (outcome = 'eligible' OR amount_fen = 0),
    CHECK (outcome <> 'eligible' OR (rule_version IS NOT NULL AND (settlement = 'referral') = (fund_code IS NULL)))
);
COMMENT ON TABLE ledger.decision IS 'One row per claim and change of its decision: what was asked, found and granted; never changed 资格认定';
COMMENT ON COLUMN ledger.decision.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.decision.claim_key IS 'programme:…, what the claim is for 申领事项';
COMMENT ON COLUMN ledger.decision.decision_no IS 'Number of the decision in its claim, without gaps; the last one holds 认定次序';
COMMENT ON COLUMN ledger.decision.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN ledger.decision.settlement IS 'payment, village or referral; NULL where no rule is in force 兑现方式';
COMMENT ON COLUMN ledger.decision.payee_kind IS 'person, employer, workshop, intermediary or village 享受对象类别';
COMMENT ON COLUMN ledger.decision.payee_code IS 'Who would be paid: person token or code 享受对象代码';
COMMENT ON COLUMN ledger.decision.person_key IS 'Person for whom it is claimed; NULL where it is for no single person 人员标识';
COMMENT ON COLUMN ledger.decision.event_date IS 'Day of the fact; the last of the month where only the month is known 业务日期';
COMMENT ON COLUMN ledger.decision.units IS 'Units claimed 申领数量';
COMMENT ON COLUMN ledger.decision.granted_units IS 'Units granted within the caps 核定数量';
COMMENT ON COLUMN ledger.decision.amount_fen IS 'Amount granted, fen 核定金额（分）';
COMMENT ON COLUMN ledger.decision.fund_code IS 'Fund that pays 资金代码';
COMMENT ON COLUMN ledger.decision.rule_version IS 'Row of ops.programme that decided 规则版本';
COMMENT ON COLUMN ledger.decision.outcome IS 'eligible, refused, or withdrawn when no fact calls for it any more 认定结果';
COMMENT ON COLUMN ledger.decision.conditions IS 'Each condition: observed, required, met, evidence; no personal data 条件及依据';
COMMENT ON COLUMN ledger.decision.delivery_id IS 'Newest delivery that states the facts 来源批次';
COMMENT ON COLUMN ledger.decision.decided_at IS 'When it was decided 认定时间';
COMMENT ON COLUMN ledger.decision.digest IS 'ledger.decision_digest over the row 行摘要';

-- What is hashed: the values joined by |, an absent one as -, the conditions as jsonb writes them, the time in microseconds.
CREATE FUNCTION ledger.decision_digest(decision ledger.decision) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    (decision).region_code,
    (decision).claim_key,
    (decision).decision_no,
    (decision).programme_code,
    coalesce((decision).settlement, '-'),
    (decision).payee_kind,
    (decision).payee_code,
    coalesce((decision).person_key::text, '-'),
    (decision).event_date - '2000-01-01'::date,
    (decision).units,
    (decision).granted_units,
    (decision).amount_fen,
    coalesce((decision).fund_code, '-'),
    coalesce((decision).rule_version, '-'),
    (decision).outcome,
    (decision).conditions,
    coalesce((decision).delivery_id::text, '-'),
    (extract(EPOCH FROM (decision).decided_at) * 1000000)::bigint
), 'UTF8'));
COMMENT ON FUNCTION ledger.decision_digest(ledger.decision) IS 'SHA-256 over a decision, its digest left out 资格认定行摘要';

CREATE VIEW ledger.current_decision WITH (security_invoker = TRUE) AS
SELECT DISTINCT ON (decision.region_code, decision.claim_key)
    decision.region_code,
    decision.claim_key,
    decision.decision_no,
    decision.programme_code,
    decision.settlement,
    decision.payee_kind,
    decision.payee_code,
    decision.person_key,
    decision.event_date,
    decision.units,
    decision.granted_units,
    decision.amount_fen,
    decision.fund_code,
    decision.rule_version,
    decision.outcome,
    decision.conditions,
    decision.delivery_id,
    decision.decided_at
FROM ledger.decision
ORDER BY decision.region_code ASC, decision.claim_key ASC, decision.decision_no DESC;
COMMENT ON VIEW ledger.current_decision IS 'The decision that holds for each claim 现行认定';
COMMENT ON COLUMN ledger.current_decision.region_code IS 'Banner 旗县';
COMMENT ON COLUMN ledger.current_decision.claim_key IS 'What the claim is for 申领事项';
COMMENT ON COLUMN ledger.current_decision.decision_no IS 'Number of the decision in its claim 认定次序';
COMMENT ON COLUMN ledger.current_decision.programme_code IS 'Programme 政策代码';
COMMENT ON COLUMN ledger.current_decision.settlement IS 'payment, village or referral 兑现方式';
COMMENT ON COLUMN ledger.current_decision.payee_kind IS 'Who would be paid 享受对象类别';
COMMENT ON COLUMN ledger.current_decision.payee_code IS 'Person token or code 享受对象代码';
COMMENT ON COLUMN ledger.current_decision.person_key IS 'Person for whom it is claimed 人员标识';
COMMENT ON COLUMN ledger.current_decision.event_date IS 'Day of the fact 业务日期';
COMMENT ON COLUMN ledger.current_decision.units IS 'Units claimed 申领数量';
COMMENT ON COLUMN ledger.current_decision.granted_units IS 'Units granted 核定数量';
COMMENT ON COLUMN ledger.current_decision.amount_fen IS 'Amount granted, fen 核定金额（分）';
COMMENT ON COLUMN ledger.current_decision.fund_code IS 'Fund that pays 资金代码';
COMMENT ON COLUMN ledger.current_decision.rule_version IS 'Row of ops.programme that decided 规则版本';
COMMENT ON COLUMN ledger.current_decision.outcome IS 'eligible, refused or withdrawn 认定结果';
COMMENT ON COLUMN ledger.current_decision.conditions IS 'Each condition: observed, required, met, evidence 条件及依据';
COMMENT ON COLUMN ledger.current_decision.delivery_id IS 'Newest delivery that states the facts 来源批次';
COMMENT ON COLUMN ledger.current_decision.decided_at IS 'When it was decided 认定时间';

ALTER TABLE ledger.decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY whole ON ledger.decision TO steppe_loader, steppe_auditor USING (TRUE) WITH CHECK (TRUE);
CREATE POLICY granted_regions ON ledger.decision FOR SELECT TO steppe_analyst
USING (region_code IN (SELECT region_code FROM ledger.visible_region));
GRANT SELECT ON ledger.decision, ledger.current_decision TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT ON ledger.decision TO steppe_loader;
