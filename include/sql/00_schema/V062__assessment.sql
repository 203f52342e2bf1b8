-- Joint confirmation (共同确认, C2.7): what both departments count is frozen, shown to both, signed by two people, and then stays. Rerun: once.
-- A snapshot is made once and never changed: nobody has the privilege. What is counted differently later is the next snapshot of its month.

-- Grain: one row per indicator, month and snapshot.
CREATE TABLE mart.assessment (
    indicator text NOT NULL,
    month date NOT NULL,
    snapshot_no integer NOT NULL CHECK (snapshot_no > 0),
    region_code text NOT NULL,
    definition_version integer NOT NULL,
    hr_persons integer NOT NULL,
    poverty_persons integer NOT NULL,
    hr_only_persons integer NOT NULL,
    poverty_only_persons integer NOT NULL,
    publication_id bigint NOT NULL,
    frozen_at timestamptz NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (indicator, month, snapshot_no),
    UNIQUE (indicator, month, snapshot_no, sha256),
    CHECK (hr_persons - hr_only_persons = poverty_persons - poverty_only_persons)
);
COMMENT ON TABLE mart.assessment IS 'Frozen figures of an assessment: what the HR side and the poverty side count, and by whom they differ; never changed (C2.7) 考核确认快照';
COMMENT ON COLUMN mart.assessment.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN mart.assessment.month IS 'Month up to which is counted 截至月份';
COMMENT ON COLUMN mart.assessment.snapshot_no IS 'Number of the snapshot, from 1; a correction makes the next 版本号';
COMMENT ON COLUMN mart.assessment.region_code IS 'The region 区划代码';
COMMENT ON COLUMN mart.assessment.definition_version IS 'Version of the definition in force 口径版本';
COMMENT ON COLUMN mart.assessment.hr_persons IS 'Distinct persons by the records of the HR side: insurance, employer or contract, call-back, verified export 人社部门人数';
COMMENT ON COLUMN mart.assessment.poverty_persons IS 'Distinct persons by the register, the figure that is reported 扶贫部门人数';
COMMENT ON COLUMN mart.assessment.hr_only_persons IS 'Of these, not counted by the register 仅人社部门';
COMMENT ON COLUMN mart.assessment.poverty_only_persons IS 'Of these, without a record of the HR side 仅扶贫部门';
COMMENT ON COLUMN mart.assessment.publication_id IS 'Last publication that is counted 截至发布号';
COMMENT ON COLUMN mart.assessment.frozen_at IS 'When it was frozen 冻结时间';
COMMENT ON COLUMN mart.assessment.sha256 IS 'mart.assessment_digest over figures and person keys: what is signed 摘要';

-- Grain: one row per snapshot and region, league or banner.
CREATE TABLE mart.assessment_figure (
    indicator text NOT NULL,
    month date NOT NULL,
    snapshot_no integer NOT NULL,
    region_code text NOT NULL,
    level text NOT NULL CHECK (level IN ('region', 'league', 'banner')),
    hr_persons integer NOT NULL,
    poverty_persons integer NOT NULL,
    hr_only_persons integer NOT NULL,
    poverty_only_persons integer NOT NULL,
    members_digest bigint NOT NULL,
    PRIMARY KEY (indicator, month, snapshot_no, region_code),
    FOREIGN KEY (indicator, month, snapshot_no) REFERENCES mart.assessment
);
COMMENT ON TABLE mart.assessment_figure IS 'Figures of a snapshot by region, league and banner; never changed (C2.7) 考核确认分区数值';
COMMENT ON COLUMN mart.assessment_figure.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN mart.assessment_figure.month IS 'Month up to which is counted 截至月份';
COMMENT ON COLUMN mart.assessment_figure.snapshot_no IS 'Number of the snapshot 版本号';
COMMENT ON COLUMN mart.assessment_figure.region_code IS 'Region, league or banner 区划代码';
COMMENT ON COLUMN mart.assessment_figure.level IS 'region, league or banner 层级';
COMMENT ON COLUMN mart.assessment_figure.hr_persons IS 'Distinct persons by the HR side 人社部门人数';
COMMENT ON COLUMN mart.assessment_figure.poverty_persons IS 'Distinct persons by the register 扶贫部门人数';
COMMENT ON COLUMN mart.assessment_figure.hr_only_persons IS 'Only by the HR side 仅人社部门';
COMMENT ON COLUMN mart.assessment_figure.poverty_only_persons IS 'Only by the register 仅扶贫部门';
COMMENT ON COLUMN mart.assessment_figure.members_digest IS 'members_digest of mart.indicator_value when it was frozen, 0 where nobody is counted: a figure shown today is the signed one where they agree 名单摘要';

-- Grain: one row per snapshot, person and home banner.
CREATE TABLE mart.assessment_person (
    indicator text NOT NULL,
    month date NOT NULL,
    snapshot_no integer NOT NULL,
    person_key uuid NOT NULL,
    region_code text NOT NULL,
    told_by text NOT NULL CHECK (told_by IN ('both', 'hr', 'poverty')),
    PRIMARY KEY (indicator, month, snapshot_no, person_key, region_code),
    FOREIGN KEY (indicator, month, snapshot_no) REFERENCES mart.assessment
);
COMMENT ON TABLE mart.assessment_person IS 'Persons of a snapshot and which side counts them; never changed (C2.7) 考核确认名单';
COMMENT ON COLUMN mart.assessment_person.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN mart.assessment_person.month IS 'Month up to which is counted 截至月份';
COMMENT ON COLUMN mart.assessment_person.snapshot_no IS 'Number of the snapshot 版本号';
COMMENT ON COLUMN mart.assessment_person.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.assessment_person.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.assessment_person.told_by IS 'both, hr or poverty: a person of one side only is what the two have to settle 认定方';

-- Grain: one row per snapshot and department that signed or refused it.
CREATE TABLE ops.confirmation (
    indicator text NOT NULL,
    month date NOT NULL,
    snapshot_no integer NOT NULL,
    side text NOT NULL CHECK (side IN ('hr', 'poverty')),
    signer text NOT NULL CHECK (signer <> ''),
    verdict text NOT NULL CHECK (verdict IN ('signed', 'refused')),
    sha256 bytea NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (indicator, month, snapshot_no, side),
    UNIQUE (indicator, month, snapshot_no, signer),
    FOREIGN KEY (indicator, month, snapshot_no, sha256) REFERENCES mart.assessment (indicator, month, snapshot_no, sha256)
);
COMMENT ON TABLE ops.confirmation IS 'Who signed or refused a snapshot for which department: two different people, each bound to the digest that was shown; never changed (C2.7) 共同确认记录';
COMMENT ON COLUMN ops.confirmation.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN ops.confirmation.month IS 'Month up to which is counted 截至月份';
COMMENT ON COLUMN ops.confirmation.snapshot_no IS 'Number of the snapshot 版本号';
COMMENT ON COLUMN ops.confirmation.side IS 'hr 人社部门 or poverty 扶贫部门 确认部门';
COMMENT ON COLUMN ops.confirmation.signer IS 'Login of the person 确认人';
COMMENT ON COLUMN ops.confirmation.verdict IS 'signed or refused 结论';
COMMENT ON COLUMN ops.confirmation.sha256 IS 'Digest of the snapshot that was seen 所见摘要';
COMMENT ON COLUMN ops.confirmation.decided_at IS 'When 确认时间';

-- What is signed: the snapshot's head, its figures and its persons, each in order of their keys.
CREATE FUNCTION mart.assessment_digest(head mart.assessment, figures text, persons text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    (head).indicator,
    (head).month - '2000-01-01'::date,
    (head).region_code,
    (head).definition_version,
    (head).hr_persons,
    (head).poverty_persons,
    (head).hr_only_persons,
    (head).poverty_only_persons,
    figures,
    persons
), 'UTF8'));
COMMENT ON FUNCTION mart.assessment_digest(mart.assessment, text, text) IS 'SHA-256 over a snapshot, its number and moments left out 快照摘要';

CREATE VIEW mart.assessment_state WITH (security_invoker = TRUE) AS
WITH told AS (
    SELECT
        confirmation.indicator,
        confirmation.month,
        confirmation.snapshot_no,
        count(*) FILTER (WHERE confirmation.verdict = 'signed') AS signatures,
        max(confirmation.decided_at) AS decided_at
    FROM ops.confirmation
    GROUP BY confirmation.indicator, confirmation.month, confirmation.snapshot_no
),

judged AS (
    SELECT
        assessment.*,
        coalesce(told.signatures, 0) AS signatures,
        told.decided_at,
        CASE
            WHEN told.signatures = 2 AND assessment.hr_only_persons = 0 AND assessment.poverty_only_persons = 0 THEN 'confirmed'
            WHEN told.signatures = 2 THEN 'unequal'
            WHEN EXISTS (
                SELECT FROM ops.confirmation AS refusal
                WHERE
                    refusal.indicator = assessment.indicator AND refusal.month = assessment.month
                    AND refusal.snapshot_no = assessment.snapshot_no AND refusal.verdict = 'refused'
            ) THEN 'refused'
            WHEN EXISTS (
                SELECT FROM mart.assessment AS later
                WHERE
                    later.indicator = assessment.indicator AND later.month = assessment.month
                    AND later.snapshot_no > assessment.snapshot_no
            ) THEN 'superseded'
            ELSE 'open'
        END AS state
    FROM mart.assessment
    LEFT JOIN told
        ON
            assessment.indicator = told.indicator AND assessment.month = told.month
            AND assessment.snapshot_no = told.snapshot_no
)

SELECT
    judged.indicator,
    judged.month,
    judged.snapshot_no,
    judged.region_code,
    judged.definition_version,
    judged.hr_persons,
    judged.poverty_persons,
    judged.hr_only_persons,
    judged.poverty_only_persons,
    judged.frozen_at,
    judged.sha256,
    judged.signatures,
    judged.state,
    CASE judged.state WHEN 'confirmed' THEN '已确认' ELSE '未确认' END AS confirmation,
    CASE WHEN judged.signatures = 2 THEN judged.decided_at END AS signed_at
FROM judged;
ALTER VIEW mart.assessment_state OWNER TO steppe_loader;
COMMENT ON VIEW mart.assessment_state IS 'Snapshots with what became of them; confirmed only when both sides count the same persons and two people signed (C2.7) 考核确认状态';
COMMENT ON COLUMN mart.assessment_state.indicator IS 'ops.indicator 指标代码';
COMMENT ON COLUMN mart.assessment_state.month IS 'Month up to which is counted 截至月份';
COMMENT ON COLUMN mart.assessment_state.snapshot_no IS 'Number of the snapshot 版本号';
COMMENT ON COLUMN mart.assessment_state.region_code IS 'The region 区划代码';
COMMENT ON COLUMN mart.assessment_state.definition_version IS 'Version of the definition 口径版本';
COMMENT ON COLUMN mart.assessment_state.hr_persons IS 'Distinct persons by the HR side 人社部门人数';
COMMENT ON COLUMN mart.assessment_state.poverty_persons IS 'Distinct persons by the register 扶贫部门人数';
COMMENT ON COLUMN mart.assessment_state.hr_only_persons IS 'Only by the HR side 仅人社部门';
COMMENT ON COLUMN mart.assessment_state.poverty_only_persons IS 'Only by the register 仅扶贫部门';
COMMENT ON COLUMN mart.assessment_state.frozen_at IS 'When it was frozen 冻结时间';
COMMENT ON COLUMN mart.assessment_state.sha256 IS 'Digest that is signed 摘要';
COMMENT ON COLUMN mart.assessment_state.signatures IS 'Departments that signed 签署数';
COMMENT ON COLUMN mart.assessment_state.state IS 'open; confirmed; unequal: signed with a difference; refused; superseded by a later snapshot before both signed 状态';
COMMENT ON COLUMN mart.assessment_state.confirmation IS '已确认 or 未确认 确认状态';
COMMENT ON COLUMN mart.assessment_state.signed_at IS 'When the second department signed 双方确认时间';

-- What both sides had signed by a moment: the newest of each indicator and month.
CREATE FUNCTION mart.assessment_known_on(moment timestamptz) RETURNS SETOF mart.assessment_state
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT DISTINCT ON (signed.indicator, signed.month) signed.*
    FROM mart.assessment_state AS signed
    WHERE signed.signed_at <= moment AND signed.state = 'confirmed'
    ORDER BY signed.indicator ASC, signed.month ASC, signed.snapshot_no DESC;
END;
COMMENT ON FUNCTION mart.assessment_known_on(timestamptz) IS 'The confirmed snapshots as they were known at a moment (C2.7) 某时点已确认的考核数据';

DO $$
DECLARE
    secured text;
BEGIN
    FOREACH secured IN ARRAY ARRAY['mart.assessment', 'mart.assessment_figure', 'mart.assessment_person'] LOOP
        CALL ops.secure_by_region(secured::regclass);
        EXECUTE format('CREATE POLICY whole ON %s TO steppe_loader USING (TRUE) WITH CHECK (TRUE)', secured);
    END LOOP;
END
$$;
GRANT SELECT ON mart.assessment, mart.assessment_figure, mart.assessment_person, mart.assessment_state, ops.confirmation
TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT ON mart.assessment, mart.assessment_figure, mart.assessment_person, ops.confirmation TO steppe_loader;
