-- What subsidies are claimed for, with the person who is counted beside the number under which it is told, as V066 has calls and benefit: a claim
-- stays with its number, caps and evidence are those of the person. What a source tells under a number that it gives to another name is
-- nobody's claim until a person has decided. Grain: one row per row of the fact as known now. Rerun: once.

CREATE VIEW warehouse.export_person_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.batch_code,
    told.region_code,
    told.employed_from_on,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_export_person AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'labour_export' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.export_person_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.export_person_now IS 'Persons of exports as known now, by the person who is counted 输出人员（按合并后人员）';
COMMENT ON COLUMN warehouse.export_person_now.claimed_key IS 'Person token under which it is told 报送人员标识';

CREATE VIEW warehouse.attendance_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.course_code,
    told.region_code,
    told.month,
    told.attended_days,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_attendance_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'training' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.attendance_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.attendance_now IS 'Attendance of courses as known now, by the person who is counted 培训出勤（按合并后人员）';
COMMENT ON COLUMN warehouse.attendance_now.claimed_key IS 'Person token under which it is told 报送人员标识';

CREATE VIEW warehouse.workshop_worker_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.workshop_code,
    told.region_code,
    told.month,
    told.worked_days,
    told.wage_fen,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_workshop_worker_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'workshop' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.workshop_worker_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.workshop_worker_now IS 'Workers of workshops as known now, by the person who is counted 扶贫车间务工（按合并后人员）';
COMMENT ON COLUMN warehouse.workshop_worker_now.claimed_key IS 'Person token under which it is told 报送人员标识';

CREATE VIEW warehouse.post_holder_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.post_code,
    told.region_code,
    told.month,
    told.started_on,
    told.ended_on,
    told.cannot_leave_home,
    told.has_no_other_work,
    told.cannot_escape_poverty,
    told.attended_days,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_welfare_post_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'welfare_post' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.post_holder_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.post_holder_now IS 'Holders of welfare posts as known now, by the person who is counted 公益性岗位（按合并后人员）';
COMMENT ON COLUMN warehouse.post_holder_now.claimed_key IS 'Person token under which it is told 报送人员标识';

CREATE VIEW warehouse.pv_post_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.village_code,
    told.region_code,
    told.month,
    told.days_worked,
    told.wage_fen,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_pv_post_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'pv_revenue' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.pv_post_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.pv_post_now IS 'Holders of PV posts as known now, by the person who is counted 光伏公益岗（按合并后人员）';
COMMENT ON COLUMN warehouse.pv_post_now.claimed_key IS 'Person token under which it is told 报送人员标识';

CREATE VIEW warehouse.microloan_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.person_key AS claimed_key,
    told.loan_code,
    told.region_code,
    told.month,
    told.principal_fen,
    told.balance_fen,
    told.overdue_fen,
    told.annual_rate_bp,
    told.granted_on,
    told.due_on,
    told.sender_code,
    told.delivery_id
FROM warehouse.fct_microloan_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'microloan' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.microloan_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.microloan_now IS 'Loans as known now, by the person who is counted 小额信贷（按合并后人员）';
COMMENT ON COLUMN warehouse.microloan_now.claimed_key IS 'Person token under which it is told 报送人员标识';

DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT shown.attrelid::regclass AS relation, shown.attname AS name, col_description(told.attrelid, told.attnum) AS said
        FROM (
            VALUES
            ('export_person_now', 'fct_export_person'),
            ('attendance_now', 'fct_attendance_month'),
            ('workshop_worker_now', 'fct_workshop_worker_month'),
            ('post_holder_now', 'fct_welfare_post_month'),
            ('pv_post_now', 'fct_pv_post_month'),
            ('microloan_now', 'fct_microloan_month')
        ) AS pair (view_name, table_name)
        INNER JOIN pg_attribute AS shown ON shown.attrelid = ('warehouse.' || pair.view_name)::regclass AND shown.attnum > 0
        INNER JOIN pg_attribute AS told ON told.attrelid = ('warehouse.' || pair.table_name)::regclass AND told.attname = shown.attname
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', described.relation, described.name, described.said);
    END LOOP;
END
$$;
GRANT SELECT ON TABLE
warehouse.export_person_now,
warehouse.attendance_now,
warehouse.workshop_worker_now,
warehouse.post_holder_now,
warehouse.pv_post_now,
warehouse.microloan_now
TO steppe_auditor;
