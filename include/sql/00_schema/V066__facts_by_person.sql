-- What calls, benefit, assistance and deaths tell of a person, under the key that he is counted by, as employment_evidence.sql takes spells and
-- contributions: keys that people decided to be one person count for the main key, and what a source tells under a number that it gives to
-- another name counts for nobody until a person has decided.
-- Grain: one row per row of the fact as known now. Rerun: once.

CREATE VIEW warehouse.callback_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.call_code,
    told.region_code,
    told.called_on,
    told.outcome,
    told.is_employed,
    told.is_phone_own,
    told.period
FROM warehouse.fct_callback AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'callback' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.callback_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.callback_now IS 'Calls as known now, by the person who is counted 就业回访（按合并后人员）';

CREATE VIEW warehouse.benefit_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.region_code,
    told.month,
    told.benefit_kind,
    told.amount_fen
FROM warehouse.fct_unemployment_benefit_month AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'unemployment_benefit' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.benefit_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.benefit_now IS 'Unemployment benefit as known now, by the person who is counted 失业待遇（按合并后人员）';

CREATE VIEW warehouse.assistance_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.region_code,
    told.case_code,
    told.assistance_kind,
    told.referred_on,
    told.decided_on,
    told.decision,
    told.ends_on
FROM warehouse.fct_assistance AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'civil_affairs' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.assistance_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.assistance_now IS 'Referrals and decisions as known now, by the person who is counted 社会救助（按合并后人员）';

CREATE VIEW warehouse.death_now WITH (security_invoker = TRUE) AS
SELECT
    coalesce(link.main_key, told.person_key) AS person_key,
    told.region_code,
    told.died_on
FROM warehouse.fct_death AS told
LEFT JOIN warehouse.person_link AS link ON told.person_key = link.person_key AND link.known_to = 'infinity'
WHERE
    told.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM warehouse.person_contested AS contested
        WHERE
            contested.person_key = told.person_key AND contested.sender_code = told.sender_code
            AND contested.source = 'civil_affairs' AND contested.known_to = 'infinity'
    );
ALTER VIEW warehouse.death_now OWNER TO steppe_loader;
COMMENT ON VIEW warehouse.death_now IS 'Deaths as known now, by the person who is counted 死亡登记（按合并后人员）';

DO $$
DECLARE
    described record;
BEGIN
    FOR described IN
        SELECT shown.attrelid::regclass AS relation, shown.attname AS name, col_description(told.attrelid, told.attnum) AS said
        FROM (
            VALUES
            ('callback_now', 'fct_callback'),
            ('benefit_now', 'fct_unemployment_benefit_month'),
            ('assistance_now', 'fct_assistance'),
            ('death_now', 'fct_death')
        ) AS pair (view_name, table_name)
        INNER JOIN pg_attribute AS shown ON shown.attrelid = ('warehouse.' || pair.view_name)::regclass AND shown.attnum > 0
        INNER JOIN pg_attribute AS told ON told.attrelid = ('warehouse.' || pair.table_name)::regclass AND told.attname = shown.attname
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', described.relation, described.name, described.said);
    END LOOP;
END
$$;
GRANT SELECT ON TABLE warehouse.callback_now, warehouse.benefit_now, warehouse.assistance_now, warehouse.death_now TO steppe_auditor;
