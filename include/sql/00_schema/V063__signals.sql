-- Signs of figures that are not genuine (C7.3), their review, and the call-back sample with its error (C7.4). Rerun: once.
-- A signal opens a review; it changes no figure and denies nobody anything.

-- Grain: one row per signal, month and subject.
CREATE TABLE mart.signal_case (
    case_id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    signal text NOT NULL,
    month date NOT NULL,
    region_code text NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('person', 'employer', 'place', 'batch')),
    subject_code text NOT NULL,
    evidence text NOT NULL,
    is_current boolean NOT NULL DEFAULT TRUE,
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (signal, month, region_code, subject_kind, subject_code)
);
ALTER TABLE mart.signal_case OWNER TO steppe_loader;
COMMENT ON TABLE mart.signal_case IS 'What the authenticity signals found; each case is reviewed by a person (C7.3) 疑点';
COMMENT ON COLUMN mart.signal_case.case_id IS 'Number 编号';
COMMENT ON COLUMN mart.signal_case.signal IS 'Signal, a file of include/sql/43_signal 疑点类型';
COMMENT ON COLUMN mart.signal_case.month IS 'Month that was looked at 月份';
COMMENT ON COLUMN mart.signal_case.region_code IS 'Banner; for a figure its region 区划代码';
COMMENT ON COLUMN mart.signal_case.subject_kind IS 'person, employer, place or batch 对象类别';
COMMENT ON COLUMN mart.signal_case.subject_code IS 'Person token or code 对象代码';
COMMENT ON COLUMN mart.signal_case.evidence IS 'What was observed, without a name 依据';
COMMENT ON COLUMN mart.signal_case.is_current IS 'Whether the records still show it 是否仍存在';
COMMENT ON COLUMN mart.signal_case.opened_at IS 'When it was first found 发现时间';
CALL ops.secure_by_region('mart.signal_case');

-- Grain: one row per case and decision about it; the last one holds.
CREATE TABLE ops.review (
    case_id bigint NOT NULL REFERENCES mart.signal_case (case_id),
    review_no integer NOT NULL CHECK (review_no > 0),
    state text NOT NULL CHECK (state IN ('explained', 'confirmed', 'closed')),
    reason text NOT NULL CHECK (reason ~ '\S'),
    reviewer text NOT NULL CHECK (reviewer <> ''),
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (case_id, review_no)
);
COMMENT ON TABLE ops.review IS 'Decisions about cases: who, why, when; never changed (C7.3) 疑点核查记录';
COMMENT ON COLUMN ops.review.case_id IS 'Case 疑点编号';
COMMENT ON COLUMN ops.review.review_no IS 'Number of the decision 序号';
COMMENT ON COLUMN ops.review.state IS 'explained: it is genuine; confirmed: it is not; closed: no more to be found out 结论';
COMMENT ON COLUMN ops.review.reason IS 'Why 理由';
COMMENT ON COLUMN ops.review.reviewer IS 'Who decided 核查人';
COMMENT ON COLUMN ops.review.decided_at IS 'When 核查时间';

CREATE VIEW mart.review_queue WITH (security_invoker = TRUE) AS
SELECT
    found.case_id,
    found.signal,
    found.month,
    found.region_code,
    found.subject_kind,
    found.subject_code,
    found.evidence,
    found.is_current,
    found.opened_at,
    coalesce(latest.state, 'open') AS state,
    latest.reason,
    latest.reviewer,
    latest.decided_at
FROM mart.signal_case AS found
LEFT JOIN LATERAL (
    SELECT
        review.state,
        review.reason,
        review.reviewer,
        review.decided_at
    FROM ops.review
    WHERE review.case_id = found.case_id
    ORDER BY review.review_no DESC
    LIMIT 1
) AS latest ON TRUE;
ALTER VIEW mart.review_queue OWNER TO steppe_loader;
COMMENT ON VIEW mart.review_queue IS 'Cases of the authenticity signals with what was decided of them (C7.3) 疑点核查队列';
COMMENT ON COLUMN mart.review_queue.case_id IS 'Number 编号';
COMMENT ON COLUMN mart.review_queue.signal IS 'Signal 疑点类型';
COMMENT ON COLUMN mart.review_queue.month IS 'Month that was looked at 月份';
COMMENT ON COLUMN mart.review_queue.region_code IS 'Banner; for a figure its region 区划代码';
COMMENT ON COLUMN mart.review_queue.subject_kind IS 'person, employer, place or batch 对象类别';
COMMENT ON COLUMN mart.review_queue.subject_code IS 'Person token or code 对象代码';
COMMENT ON COLUMN mart.review_queue.evidence IS 'What was observed 依据';
COMMENT ON COLUMN mart.review_queue.is_current IS 'Whether the records still show it 是否仍存在';
COMMENT ON COLUMN mart.review_queue.opened_at IS 'When it was first found 发现时间';
COMMENT ON COLUMN mart.review_queue.state IS 'open, explained, confirmed or closed 状态';
COMMENT ON COLUMN mart.review_queue.reason IS 'Why 理由';
COMMENT ON COLUMN mart.review_queue.reviewer IS 'Who decided 核查人';
COMMENT ON COLUMN mart.review_queue.decided_at IS 'When 核查时间';

-- Grain: one row per month, banner and person drawn.
CREATE TABLE mart.callback_sample (
    month date NOT NULL,
    region_code text NOT NULL,
    person_key uuid NOT NULL,
    draw_no integer NOT NULL CHECK (draw_no > 0),
    population integer NOT NULL CHECK (population >= draw_no),
    seed text NOT NULL,
    PRIMARY KEY (month, region_code, draw_no),
    UNIQUE (month, region_code, person_key)
);
ALTER TABLE mart.callback_sample OWNER TO steppe_loader;
COMMENT ON TABLE mart.callback_sample IS 'Employed persons drawn at random to be called, by banner and month; drawn once (C7.4) 回访抽样名单';
COMMENT ON COLUMN mart.callback_sample.month IS 'Month 月份';
COMMENT ON COLUMN mart.callback_sample.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.callback_sample.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.callback_sample.draw_no IS 'Order of the draw 抽取序号';
COMMENT ON COLUMN mart.callback_sample.population IS 'Employed persons drawn from 总体人数';
COMMENT ON COLUMN mart.callback_sample.seed IS 'Seed: the same list and seed give the same draw 随机种子';
CALL ops.secure_by_region('mart.callback_sample');

-- Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22, 209-212; z of 95 per cent.
CREATE FUNCTION mart.wilson_bound(wrong bigint, asked bigint, z double precision) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN asked > 0 THEN round((100 * greatest(least(
    (
        wrong::double precision / asked + z * z / (2 * asked)
        + z * sqrt((wrong::double precision / asked) * (1 - wrong::double precision / asked) / asked + z * z / (4.0 * asked * asked))
    ) / (1 + z * z / asked),
    1), 0))::numeric, 2) END;
COMMENT ON FUNCTION mart.wilson_bound(bigint, bigint, double precision) IS 'Bound of the Wilson score interval, per cent; a negative z gives the lower one 威尔逊区间';

CREATE VIEW mart.callback_error WITH (security_invoker = TRUE) AS
WITH answered AS (
    SELECT
        drawn.month,
        drawn.region_code,
        drawn.population,
        call.is_employed
    FROM mart.callback_sample AS drawn
    LEFT JOIN LATERAL (
        SELECT callback.is_employed
        FROM warehouse.fct_callback AS callback
        WHERE
            callback.person_key = drawn.person_key AND callback.known_to = 'infinity' AND callback.outcome = 'reached'
            AND callback.called_on >= drawn.month AND callback.called_on < (drawn.month + interval '3 months')::date
        ORDER BY callback.called_on, callback.call_code
        LIMIT 1
    ) AS call ON TRUE
),

counted AS (
    SELECT
        answered.month,
        answered.region_code,
        max(answered.population) AS population,
        count(*) AS sampled_persons,
        count(answered.is_employed) AS reached_persons,
        count(*) FILTER (WHERE NOT answered.is_employed) AS wrong_persons
    FROM answered
    GROUP BY answered.month, answered.region_code
)

SELECT
    counted.month,
    counted.region_code,
    counted.population,
    counted.sampled_persons,
    counted.reached_persons,
    counted.wrong_persons,
    CASE WHEN counted.reached_persons > 0 THEN round(counted.wrong_persons * 100.0 / counted.reached_persons, 2) END AS error_percent,
    mart.wilson_bound(counted.wrong_persons, counted.reached_persons, -1.959963984540054) AS lower_percent,
    mart.wilson_bound(counted.wrong_persons, counted.reached_persons, 1.959963984540054) AS upper_percent
FROM counted;
ALTER VIEW mart.callback_error OWNER TO steppe_loader;
COMMENT ON VIEW mart.callback_error IS 'Share of the called sample that does not work as recorded, with its 95 % Wilson interval, by banner and month (C7.4) 回访差错率';
COMMENT ON COLUMN mart.callback_error.month IS 'Month 月份';
COMMENT ON COLUMN mart.callback_error.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.callback_error.population IS 'Employed persons drawn from 总体人数';
COMMENT ON COLUMN mart.callback_error.sampled_persons IS 'Drawn 抽样人数';
COMMENT ON COLUMN mart.callback_error.reached_persons IS 'Reached within three months from the first of the month 接通人数';
COMMENT ON COLUMN mart.callback_error.wrong_persons IS 'Of these, say that they do not work 不实人数';
COMMENT ON COLUMN mart.callback_error.error_percent IS 'Error rate, per cent of those reached 差错率';
COMMENT ON COLUMN mart.callback_error.lower_percent IS 'Lower bound, 95 per cent 下限';
COMMENT ON COLUMN mart.callback_error.upper_percent IS 'Upper bound, 95 per cent 上限';

GRANT SELECT ON mart.signal_case, ops.review, mart.review_queue, mart.callback_sample, mart.callback_error
TO steppe_loader, steppe_analyst, steppe_auditor;
GRANT INSERT ON ops.review TO steppe_loader;
