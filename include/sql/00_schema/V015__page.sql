-- The page inside Airflow: which Airflow user reads as which role, and who looked at which named list. Rerun: once.
-- The page logs in as steppe_page, which may read nothing by itself. For each request it takes on the role of the user who asks
-- (SET LOCAL ROLE), so that row-level security decides what is seen; the page filters nothing.
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'steppe_page') THEN
        CREATE ROLE steppe_page LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO steppe_page', current_database());
END
$$;
GRANT steppe_analyst TO steppe_page;
GRANT steppe_auditor TO steppe_page;
GRANT USAGE ON SCHEMA ops TO steppe_page;

CREATE TABLE ops.page_user (
    user_name text PRIMARY KEY,
    role_name text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.page_user IS 'Which role an Airflow user reads the warehouse as; who is not listed sees nothing 页面用户';
COMMENT ON COLUMN ops.page_user.user_name IS 'Name of the user in Airflow 用户名';
COMMENT ON COLUMN ops.page_user.role_name IS 'Database role; ops.region_grant gives it its regions 数据库角色';
COMMENT ON COLUMN ops.page_user.granted_at IS 'Since when 授权时间';
GRANT SELECT ON ops.page_user TO steppe_page, steppe_auditor;

-- The user that an installation makes sees the whole region without names.
INSERT INTO ops.page_user (user_name, role_name) VALUES ('steppe', 'steppe_analyst');

CREATE TABLE ops.named_view (
    named_view_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_name text NOT NULL,
    role_name text NOT NULL,
    list_name text NOT NULL,
    place_code text NOT NULL,
    month date,
    form text NOT NULL CHECK (form IN ('page', 'csv', 'xlsx')),
    viewed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE ops.named_view IS 'One row each time somebody was shown a list with names, written before the first name is sent 名单查看记录';
COMMENT ON COLUMN ops.named_view.named_view_id IS 'Number 序号';
COMMENT ON COLUMN ops.named_view.user_name IS 'Airflow user 用户名';
COMMENT ON COLUMN ops.named_view.role_name IS 'Role taken on 数据库角色';
COMMENT ON COLUMN ops.named_view.list_name IS 'List 清单';
COMMENT ON COLUMN ops.named_view.place_code IS 'Region, league, banner or village that was chosen 查看范围';
COMMENT ON COLUMN ops.named_view.month IS 'Month that was chosen 月份';
COMMENT ON COLUMN ops.named_view.form IS 'page, csv or xlsx 形式';
COMMENT ON COLUMN ops.named_view.viewed_at IS 'When 查看时间';
GRANT INSERT ON ops.named_view TO steppe_page;
GRANT SELECT ON ops.named_view TO steppe_auditor;
