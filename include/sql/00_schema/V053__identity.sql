-- Who is one person: what is doubtful, what people decided of it, and what follows for the facts. Rerun: once.
-- A key is the HMAC of an ID number and never changes. That two keys are one person, or one key is two, is a person's decision; facts follow
-- it through the two small tables in warehouse, which are derived from the decisions and can be derived again. Nothing here holds a name.

-- Grain: one row per person, sender and source that told another name than the one on file.
CREATE TABLE vault.other_name (
    person_key uuid NOT NULL,
    sender_code text NOT NULL,
    source text NOT NULL,
    name text NOT NULL,
    delivery_id bigint NOT NULL,
    PRIMARY KEY (person_key, sender_code, source)
);
ALTER TABLE vault.other_name OWNER TO steppe_loader;
COMMENT ON TABLE vault.other_name IS 'Names that a source gave an ID number beside the one in vault.identity; closed to analysts 同号异名';
COMMENT ON COLUMN vault.other_name.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN vault.other_name.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN vault.other_name.source IS 'Source that told it 来源';
COMMENT ON COLUMN vault.other_name.name IS 'Name as last told 姓名';
COMMENT ON COLUMN vault.other_name.delivery_id IS 'Delivery that told it, or that told the name on file instead 批次号';
GRANT SELECT ON vault.other_name TO steppe_auditor;

CREATE TABLE ops.identity_case (
    case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('one_number', 'two_numbers', 'no_number')),
    person_key uuid NOT NULL,
    other_key uuid,
    sender_code text,
    source text,
    delivery_id bigint REFERENCES ops.delivery,
    resource text,
    line_no bigint,
    told_number text,
    score integer,
    reasons text[] NOT NULL CHECK (cardinality(reasons) > 0),
    found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    withdrawn_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (kind, person_key, other_key, sender_code, source, delivery_id, resource, line_no),
    CHECK ((kind = 'one_number') = (source IS NOT NULL)),
    CHECK ((kind = 'two_numbers') = (other_key IS NOT NULL)),
    CHECK ((kind = 'no_number') = (line_no IS NOT NULL)),
    CHECK (person_key < other_key)
);
COMMENT ON TABLE ops.identity_case IS 'One row per doubt whether two are one person or one is two, for a person to decide 身份疑点';
COMMENT ON COLUMN ops.identity_case.case_id IS 'Number 序号';
COMMENT ON COLUMN ops.identity_case.kind IS 'one_number: a source gives the number to another name; two_numbers: two numbers, one person; no_number: a row without a valid number 类别';
COMMENT ON COLUMN ops.identity_case.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN ops.identity_case.other_key IS 'The other token of two_numbers 另一人员标识';
COMMENT ON COLUMN ops.identity_case.sender_code IS 'Sender of the source or of the row 报送单位';
COMMENT ON COLUMN ops.identity_case.source IS 'Source that gives the number to another name 来源';
COMMENT ON COLUMN ops.identity_case.delivery_id IS 'Delivery of the row without a number 批次号';
COMMENT ON COLUMN ops.identity_case.resource IS 'Resource of that row 资源';
COMMENT ON COLUMN ops.identity_case.line_no IS 'Record number of that row; quarantine.row has it 行号';
COMMENT ON COLUMN ops.identity_case.told_number IS 'The register''s own number of that person (人编号), by which the row is known again 源系统人编号';
COMMENT ON COLUMN ops.identity_case.score IS 'Bits of evidence: 0 is as likely as not, 10 a thousand to one (docs/decisions/identity.md) 得分';
COMMENT ON COLUMN ops.identity_case.reasons IS 'What agrees and what does not, without personal data 依据';
COMMENT ON COLUMN ops.identity_case.found_at IS 'When it was found 发现时间';
COMMENT ON COLUMN ops.identity_case.withdrawn_at IS 'When what was told no longer gave rise to it; NULL while it does 撤回时间';

-- Decisions are added and never changed: the last one of a case counts, so that each can be reversed and all of them can be read.
CREATE TABLE ops.identity_decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id bigint NOT NULL REFERENCES ops.identity_case,
    decision text NOT NULL CHECK (decision IN ('one', 'two')),
    reason text NOT NULL CHECK (length(btrim(reason)) >= 5 AND reason !~ '[0-9]{11}'),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX identity_decision_by_case ON ops.identity_decision (case_id, decision_id);
COMMENT ON TABLE ops.identity_decision IS 'What a person decided of a doubt; added, never changed 身份核定记录';
COMMENT ON COLUMN ops.identity_decision.decision_id IS 'Number 序号';
COMMENT ON COLUMN ops.identity_decision.case_id IS 'Doubt 疑点序号';
COMMENT ON COLUMN ops.identity_decision.decision IS 'one: one person; two: two persons 结论';
COMMENT ON COLUMN ops.identity_decision.reason IS 'Why, without personal data 理由';
COMMENT ON COLUMN ops.identity_decision.decided_by IS 'Login that decided 核定人';
COMMENT ON COLUMN ops.identity_decision.decided_at IS 'When 核定时间';

CREATE VIEW ops.identity_state AS
SELECT
    doubt.*,
    last.decision,
    last.decided_by,
    last.decided_at,
    CASE
        WHEN last.decision = 'one' THEN 'merged'
        WHEN last.decision = 'two' THEN 'apart'
        WHEN doubt.withdrawn_at IS NOT NULL THEN 'withdrawn'
        ELSE 'open'
    END AS state
FROM ops.identity_case AS doubt
LEFT JOIN LATERAL (
    SELECT
        decided.decision,
        decided.decided_by,
        decided.decided_at
    FROM ops.identity_decision AS decided
    WHERE decided.case_id = doubt.case_id
    ORDER BY decided.decision_id DESC
    LIMIT 1
) AS last ON TRUE;
COMMENT ON VIEW ops.identity_state IS 'Doubts with what was decided of them last 身份疑点现状';
DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT attribute.attname AS name, col_description(attribute.attrelid, attribute.attnum) AS told
        FROM pg_attribute AS attribute
        WHERE attribute.attrelid = 'ops.identity_case'::regclass AND attribute.attnum > 0 AND NOT attribute.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN ops.identity_state.%I IS %L', described.name, described.told);
    END LOOP;
END
$$;
COMMENT ON COLUMN ops.identity_state.decision IS 'one or two; NULL while nobody has decided 结论';
COMMENT ON COLUMN ops.identity_state.decided_by IS 'Login that decided 核定人';
COMMENT ON COLUMN ops.identity_state.decided_at IS 'When 核定时间';
COMMENT ON COLUMN ops.identity_state.state IS 'open, merged, apart, or withdrawn 状态';

-- Grain: one row per key that stands for the same person as another, and range in which that was held.
CREATE TABLE warehouse.person_link (
    person_key uuid NOT NULL,
    main_key uuid NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    PRIMARY KEY (person_key, known_from),
    CHECK (person_key <> main_key),
    CHECK (known_from < known_to)
);
ALTER TABLE warehouse.person_link OWNER TO steppe_loader;
CREATE UNIQUE INDEX person_link_known ON warehouse.person_link (person_key) WHERE known_to = 'infinity';
COMMENT ON TABLE warehouse.person_link IS 'Keys that people decided to be one person: facts of the key count for the main key 人员合并';
COMMENT ON COLUMN warehouse.person_link.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN warehouse.person_link.main_key IS 'Token under which the person is counted; has no link of its own 主标识';
COMMENT ON COLUMN warehouse.person_link.known_from IS 'When it was decided 知悉起';
COMMENT ON COLUMN warehouse.person_link.known_to IS 'When it was reversed; infinity while it holds 知悉止';

-- Grain: one row per key and source whose rows under that key are somebody else's until a person says otherwise, and range.
CREATE TABLE warehouse.person_contested (
    person_key uuid NOT NULL,
    sender_code text NOT NULL,
    source text NOT NULL,
    known_from timestamptz NOT NULL,
    known_to timestamptz NOT NULL,
    PRIMARY KEY (person_key, sender_code, source, known_from),
    CHECK (known_from < known_to)
);
ALTER TABLE warehouse.person_contested OWNER TO steppe_loader;
CREATE UNIQUE INDEX person_contested_known ON warehouse.person_contested (person_key, sender_code, source) WHERE known_to = 'infinity';
COMMENT ON TABLE warehouse.person_contested IS 'Sources whose rows under a number are not counted for its person: they tell another name 存疑来源';
COMMENT ON COLUMN warehouse.person_contested.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN warehouse.person_contested.sender_code IS 'Sender 报送单位';
COMMENT ON COLUMN warehouse.person_contested.source IS 'Source 来源';
COMMENT ON COLUMN warehouse.person_contested.known_from IS 'Since when 知悉起';
COMMENT ON COLUMN warehouse.person_contested.known_to IS 'Until when; infinity while it holds 知悉止';

-- Which banner a key belongs to is not in these tables, so the analyst, who sees banners, sees none of them.
ALTER TABLE warehouse.person_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY auditor_all ON warehouse.person_link FOR SELECT TO steppe_auditor USING (TRUE);
ALTER TABLE warehouse.person_contested ENABLE ROW LEVEL SECURITY;
CREATE POLICY auditor_all ON warehouse.person_contested FOR SELECT TO steppe_auditor USING (TRUE);
GRANT SELECT ON TABLE warehouse.person_link, warehouse.person_contested, ops.identity_case, ops.identity_decision, ops.identity_state
TO steppe_auditor;
GRANT SELECT, INSERT ON ops.identity_decision TO steppe_loader;
GRANT SELECT, INSERT, UPDATE ON ops.identity_case TO steppe_loader;
GRANT SELECT ON ops.identity_state TO steppe_loader;

-- Cells of fct_employment_month that follow from a decision, not from a publication: the next build computes them anew.
CREATE TABLE ops.cell_to_build (
    sender_code text NOT NULL,
    month date NOT NULL,
    PRIMARY KEY (sender_code, month)
);
COMMENT ON TABLE ops.cell_to_build IS 'Senders and months of fct_employment_month that the next build computes anew 待重算的就业事实';
COMMENT ON COLUMN ops.cell_to_build.sender_code IS 'Sender of the register 报送单位';
COMMENT ON COLUMN ops.cell_to_build.month IS 'Month 月份';
GRANT SELECT, INSERT, DELETE ON ops.cell_to_build TO steppe_loader;
GRANT SELECT ON ops.cell_to_build TO steppe_auditor;

-- How far the search for doubts has come.
CREATE TABLE ops.identity_mark (
    is_only boolean PRIMARY KEY DEFAULT TRUE CHECK (is_only),
    publication_id bigint NOT NULL DEFAULT 0,
    marked_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO ops.identity_mark DEFAULT VALUES;
COMMENT ON TABLE ops.identity_mark IS 'Last publication whose persons were compared 身份核对进度';
COMMENT ON COLUMN ops.identity_mark.is_only IS 'There is one row 唯一行';
COMMENT ON COLUMN ops.identity_mark.publication_id IS 'Last publication handled; 0 before the first 已处理到的发布序号';
COMMENT ON COLUMN ops.identity_mark.marked_at IS 'When the mark moved 标记时间';
GRANT SELECT, UPDATE ON ops.identity_mark TO steppe_loader;
GRANT SELECT ON ops.identity_mark TO steppe_auditor;
