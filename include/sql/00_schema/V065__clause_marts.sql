-- What clauses ask of vacancies, exports, training, layoffs, local work and posts, as it can be asked (C3.1, C3.3, C4.2, C4.3, C5.1, C5.2).
-- Rerun: once.
COMMENT ON TABLE ops.target IS 'Goals with comparison, baseline year and source from include/parameters/targets.csv; those handed down reach the one above (C1.2, C1.3, C6.2) 目标';
COMMENT ON TABLE mart.target_progress IS 'Targets of the year: achieved at each tier of evidence, gap, pace and projection by indicator, region and month (C6.1, C6.2, C6.3, C7.2) 目标进度';

CREATE VIEW mart.vacancy_state WITH (security_invoker = TRUE) AS
WITH held AS (
    SELECT
        told.month,
        vacancy.*,
        coalesce(vacancy.closed_on < (told.month + interval '1 month')::date, FALSE) AS is_closed
    FROM warehouse.dim_vacancy AS vacancy
    INNER JOIN (
        SELECT DISTINCT
            publication.sender_code,
            publication.period AS month
        FROM ops.publication AS publication
        WHERE publication.source = 'vacancy'
    ) AS told
        ON vacancy.sender_code = told.sender_code AND vacancy.valid_from <= told.month AND vacancy.valid_to > told.month
    WHERE vacancy.known_to = 'infinity'
)

SELECT
    held.month,
    held.region_code,
    held.vacancy_code,
    CASE
        WHEN held.is_closed THEN 'closed'
        WHEN held.filled_places = held.places THEN 'filled'
        WHEN held.published_on IS NOT NULL THEN 'published'
        WHEN held.reported_on IS NOT NULL THEN 'reported'
        ELSE 'collected'
    END AS state,
    held.places - held.filled_places AS open_places,
    NOT held.is_closed AND held.filled_places < held.places
    AND coalesce(held.published_on < (held.month + interval '1 month')::date - rule.value::integer, FALSE) AS is_stale,
    NOT held.is_closed AND count(*) OVER (
        PARTITION BY
            held.month, held.is_closed, held.employer_name, held.occupation, held.work_county_code, held.monthly_wage_fen,
            held.skill_level
    ) > 1 AS is_repeated
FROM held
CROSS JOIN LATERAL ops.parameter_at('freshness_days', held.region_code, held.month) AS rule;
ALTER VIEW mart.vacancy_state OWNER TO steppe_loader;
COMMENT ON VIEW mart.vacancy_state IS 'Vacancies of a month: how far each is, and whether it is stale or offered twice (C3.1) 岗位归集发布情况';
COMMENT ON COLUMN mart.vacancy_state.month IS 'Month of the delivery 月份';
COMMENT ON COLUMN mart.vacancy_state.region_code IS 'Banner that collected it 采集旗县';
COMMENT ON COLUMN mart.vacancy_state.vacancy_code IS 'Vacancy 岗位编号';
COMMENT ON COLUMN mart.vacancy_state.state IS 'collected, reported, published, filled or closed 状态';
COMMENT ON COLUMN mart.vacancy_state.open_places IS 'Places not filled 空缺人数';
COMMENT ON COLUMN mart.vacancy_state.is_stale IS 'Published for more days than parameter freshness_days, open and not filled 是否过期';
COMMENT ON COLUMN mart.vacancy_state.is_repeated IS 'Another open vacancy of the month has the same employer, occupation, place and wage 是否重复';
GRANT SELECT ON mart.vacancy_state TO steppe_analyst, steppe_auditor;

CREATE VIEW mart.export_batches WITH (security_invoker = TRUE) AS
SELECT
    batch.batch_code,
    batch.region_code,
    batch.departed_on,
    batch.intermediary_code,
    intermediary.kind AS intermediary_kind,
    batch.destination_county_code,
    batch.persons_declared,
    count(DISTINCT person.person_key) AS persons_named,
    count(DISTINCT person.person_key) FILTER (WHERE person.returned_on IS NULL) AS persons_away,
    batch.verified_on
FROM warehouse.fct_export_batch AS batch
LEFT JOIN warehouse.dim_intermediary AS intermediary
    ON
        batch.intermediary_code = intermediary.intermediary_code AND batch.sender_code = intermediary.sender_code
        AND intermediary.known_to = 'infinity' AND intermediary.valid_from <= batch.period AND intermediary.valid_to > batch.period
LEFT JOIN warehouse.fct_export_person AS person
    ON batch.batch_code = person.batch_code AND batch.sender_code = person.sender_code AND person.known_to = 'infinity'
WHERE batch.known_to = 'infinity'
GROUP BY
    batch.batch_code, batch.region_code, batch.departed_on, batch.intermediary_code, intermediary.kind,
    batch.destination_county_code, batch.persons_declared, batch.verified_on;
ALTER VIEW mart.export_batches OWNER TO steppe_loader;
COMMENT ON VIEW mart.export_batches IS 'Batches of organised export: who organised them, where they went, whom they name (C3.3) 有组织输出批次';
COMMENT ON COLUMN mart.export_batches.batch_code IS 'Batch 批次编号';
COMMENT ON COLUMN mart.export_batches.region_code IS 'Banner that organised it 组织旗县';
COMMENT ON COLUMN mart.export_batches.departed_on IS 'Departed on 出发日期';
COMMENT ON COLUMN mart.export_batches.intermediary_code IS 'Intermediary 机构编号';
COMMENT ON COLUMN mart.export_batches.intermediary_kind IS 'public_agency, hr_agency or broker 机构类别';
COMMENT ON COLUMN mart.export_batches.destination_county_code IS 'Destination 输出地';
COMMENT ON COLUMN mart.export_batches.persons_declared IS 'Persons declared 申报人数';
COMMENT ON COLUMN mart.export_batches.persons_named IS 'Persons named, the length of the list in fct_export_person 名单人数';
COMMENT ON COLUMN mart.export_batches.persons_away IS 'Of these, not returned 在外人数';
COMMENT ON COLUMN mart.export_batches.verified_on IS 'Arrival verified on; NULL before 核实日期';
GRANT SELECT ON mart.export_batches TO steppe_analyst, steppe_auditor;

CREATE VIEW mart.training_coverage WITH (security_invoker = TRUE) AS
WITH willing AS (
    SELECT
        list.month,
        list.region_code,
        list.person_key
    FROM mart.list_willing_out AS list
    WHERE list.status = 'unemployed'
),

trained AS (
    SELECT
        willing.month,
        willing.region_code,
        willing.person_key,
        bool_or(attendance.attended_days > 0) AS is_trained,
        bool_or(attendance.attended_days > 0 AND course.mode = 'online') AS is_online
    FROM willing
    LEFT JOIN warehouse.fct_attendance_month AS attendance
        ON
            willing.person_key = attendance.person_key AND attendance.known_to = 'infinity'
            AND attendance.month BETWEEN date_trunc('year', willing.month)::date AND willing.month
    LEFT JOIN warehouse.dim_course AS course
        ON
            attendance.course_code = course.course_code AND attendance.sender_code = course.sender_code
            AND course.known_to = 'infinity' AND course.valid_from <= attendance.month AND course.valid_to > attendance.month
    GROUP BY willing.month, willing.region_code, willing.person_key
)

SELECT
    trained.month,
    trained.region_code,
    count(*) AS willing_persons,
    count(*) FILTER (WHERE trained.is_trained) AS trained_persons,
    count(*) FILTER (WHERE trained.is_online) AS online_persons,
    round(count(*) FILTER (WHERE trained.is_trained) * 100.0 / count(*), 2) AS covered_percent
FROM trained
GROUP BY trained.month, trained.region_code;
ALTER VIEW mart.training_coverage OWNER TO steppe_loader;
COMMENT ON VIEW mart.training_coverage IS 'Who is willing and without work, and how many of them were trained so far this year, online included (C4.2) 培训需求与覆盖';
COMMENT ON COLUMN mart.training_coverage.month IS 'Month 月份';
COMMENT ON COLUMN mart.training_coverage.region_code IS 'Home banner 户籍旗县';
COMMENT ON COLUMN mart.training_coverage.willing_persons IS 'Able, willing and without work: the demand 需求人数';
COMMENT ON COLUMN mart.training_coverage.trained_persons IS 'Of these, attended a course this year up to the month 已培训人数';
COMMENT ON COLUMN mart.training_coverage.online_persons IS 'Of those, attended one online 线上培训人数';
COMMENT ON COLUMN mart.training_coverage.covered_percent IS 'Share trained 覆盖率';
GRANT SELECT ON mart.training_coverage TO steppe_analyst, steppe_auditor;

CREATE VIEW mart.layoff_open WITH (security_invoker = TRUE) AS
WITH told AS (
    SELECT
        publication.sender_code,
        (max(publication.period) + interval '1 month - 1 day')::date AS as_of
    FROM ops.publication AS publication
    WHERE publication.source = 'layoff'
    GROUP BY publication.sender_code
)

SELECT
    layoff.region_code,
    layoff.credit_code,
    layoff.person_key,
    layoff.laid_off_on,
    told.as_of,
    told.as_of - layoff.laid_off_on AS days_open,
    CASE WHEN layoff.wages_paid_on IS NULL THEN layoff.wages_owed_fen ELSE 0 END AS wages_owed_fen,
    CASE WHEN layoff.compensation_paid_on IS NULL THEN layoff.compensation_owed_fen ELSE 0 END AS compensation_owed_fen,
    layoff.insurance_transferred_on IS NULL AS is_insurance_open
FROM warehouse.fct_layoff AS layoff
INNER JOIN told ON layoff.sender_code = told.sender_code
WHERE
    layoff.known_to = 'infinity'
    AND (
        (layoff.wages_paid_on IS NULL AND layoff.wages_owed_fen > 0)
        OR (layoff.compensation_paid_on IS NULL AND layoff.compensation_owed_fen > 0)
        OR layoff.insurance_transferred_on IS NULL
    );
ALTER VIEW mart.layoff_open OWNER TO steppe_loader;
COMMENT ON VIEW mart.layoff_open IS 'Layoffs of which wages, compensation or insurance are not settled, with their age (C4.3) 裁员未了事项';
COMMENT ON COLUMN mart.layoff_open.region_code IS 'Banner of the employer 单位所在旗县';
COMMENT ON COLUMN mart.layoff_open.credit_code IS 'Employer 统一社会信用代码';
COMMENT ON COLUMN mart.layoff_open.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.layoff_open.laid_off_on IS 'Laid off on 裁员日期';
COMMENT ON COLUMN mart.layoff_open.as_of IS 'Last day of the newest month that the sender told of 截至日期';
COMMENT ON COLUMN mart.layoff_open.days_open IS 'Days from the layoff to that day 未了天数';
COMMENT ON COLUMN mart.layoff_open.wages_owed_fen IS 'Wages not paid, fen; 0 when settled 欠付工资（分）';
COMMENT ON COLUMN mart.layoff_open.compensation_owed_fen IS 'Compensation not paid, fen; 0 when settled 欠付补偿（分）';
COMMENT ON COLUMN mart.layoff_open.is_insurance_open IS 'Insurance not transferred 社保未转移';
GRANT SELECT ON mart.layoff_open TO steppe_analyst, steppe_auditor;

CREATE VIEW mart.local_work WITH (security_invoker = TRUE) AS
SELECT
    employment.month,
    employment.region_code,
    coalesce(employment.channel, 'unknown') AS channel,
    count(*) AS persons,
    count(*) FILTER (WHERE employment.channel IS DISTINCT FROM 'seasonal') AS year_round_persons,
    count(*) FILTER (WHERE employment.out_migration_tier IS NOT NULL) AS returned_persons
FROM warehouse.fct_employment_month AS employment
WHERE employment.known_to = 'infinity' AND employment.status = 'employed' AND NOT employment.is_out_migrant
GROUP BY employment.month, employment.region_code, coalesce(employment.channel, 'unknown');
ALTER VIEW mart.local_work OWNER TO steppe_loader;
COMMENT ON VIEW mart.local_work IS 'Local work by channel, seasonal work apart, and who returned from away to it (C5.1) 就近就地就业渠道';
COMMENT ON COLUMN mart.local_work.month IS 'Month 月份';
COMMENT ON COLUMN mart.local_work.region_code IS 'Home banner 户籍旗县';
COMMENT ON COLUMN mart.local_work.channel IS 'How the work was found; unknown where only insurance or the register tells of it 就业渠道';
COMMENT ON COLUMN mart.local_work.persons IS 'Employed, not out 就业人数';
COMMENT ON COLUMN mart.local_work.year_round_persons IS 'Of these, not by a seasonal spell 非季节性人数';
COMMENT ON COLUMN mart.local_work.returned_persons IS 'Of these, were out earlier in the year 返乡人数';
GRANT SELECT ON mart.local_work TO steppe_analyst, steppe_auditor;

CREATE VIEW mart.welfare_post_headcount WITH (security_invoker = TRUE) AS
SELECT
    held.month,
    held.region_code,
    held.post_code,
    post.fund_code,
    post.approved_places,
    count(DISTINCT held.person_key) AS held_persons,
    count(DISTINCT held.person_key) > post.approved_places AS is_over_approved,
    count(DISTINCT held.person_key) FILTER (
        WHERE NOT (held.cannot_leave_home AND held.has_no_other_work AND held.cannot_escape_poverty)
    ) AS unmet_persons
FROM warehouse.fct_welfare_post_month AS held
LEFT JOIN warehouse.dim_welfare_post AS post
    ON
        held.post_code = post.post_code AND held.sender_code = post.sender_code AND post.known_to = 'infinity'
        AND post.valid_from <= held.month AND post.valid_to > held.month
WHERE held.known_to = 'infinity' AND coalesce(held.ended_on, 'infinity'::date) >= (held.month + interval '1 month - 1 day')::date
GROUP BY held.month, held.region_code, held.post_code, post.fund_code, post.approved_places;
ALTER VIEW mart.welfare_post_headcount OWNER TO steppe_loader;
COMMENT ON VIEW mart.welfare_post_headcount IS 'Posts with approved and held places, and holders who do not meet the conditions (C5.2) 公益性岗位人数与条件';
COMMENT ON COLUMN mart.welfare_post_headcount.month IS 'Month 月份';
COMMENT ON COLUMN mart.welfare_post_headcount.region_code IS 'Banner 设岗旗县';
COMMENT ON COLUMN mart.welfare_post_headcount.post_code IS 'Post 岗位编号';
COMMENT ON COLUMN mart.welfare_post_headcount.fund_code IS 'Fund 资金代码';
COMMENT ON COLUMN mart.welfare_post_headcount.approved_places IS 'Approved places 核定人数';
COMMENT ON COLUMN mart.welfare_post_headcount.held_persons IS 'Holders in the month 在岗人数';
COMMENT ON COLUMN mart.welfare_post_headcount.is_over_approved IS 'More holders than approved 是否超编';
COMMENT ON COLUMN mart.welfare_post_headcount.unmet_persons IS 'Holders of whom 无法离乡, 无业可扶 or 无力脱贫 does not hold 不符合条件人数';
GRANT SELECT ON mart.welfare_post_headcount TO steppe_analyst, steppe_auditor;
