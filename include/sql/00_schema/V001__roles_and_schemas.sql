-- Roles and schemas. Rerun: once; roles belong to the server and may be there already.
-- Logins have no password here: the installation generates and sets it.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['steppe_loader', 'steppe_analyst', 'steppe_auditor'] LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role_name);
        END IF;
    END LOOP;
END
$$;

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT, TEMPORARY ON DATABASE %I TO steppe_loader, steppe_analyst, steppe_auditor', current_database()
    );
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA raw AUTHORIZATION steppe_loader;
CREATE SCHEMA staging AUTHORIZATION steppe_loader;
CREATE SCHEMA quarantine;
CREATE SCHEMA vault;
CREATE SCHEMA warehouse AUTHORIZATION steppe_loader;
CREATE SCHEMA ledger;
CREATE SCHEMA mart AUTHORIZATION steppe_loader;

COMMENT ON SCHEMA ops IS 'What happened: deliveries, gate results, publications, alerts, parameters 运行记录';
COMMENT ON SCHEMA raw IS 'Delivered rows as text, until published 原始行';
COMMENT ON SCHEMA staging IS 'Typed, judged rows of one delivery 待发布行';
COMMENT ON SCHEMA quarantine IS 'Rejected rows with the rules they broke; holds personal data 隔离区';
COMMENT ON SCHEMA vault IS 'Person token and identity; closed 身份库';
COMMENT ON SCHEMA warehouse IS 'Dimensions and facts without names, ID numbers or phones 就业事实';
COMMENT ON SCHEMA ledger IS 'Accounts and transfers, append-only by privilege 资金台账';
COMMENT ON SCHEMA mart IS 'Tables and views for people, secured by row 数据集市';

GRANT USAGE ON SCHEMA ops, quarantine, vault, ledger TO steppe_loader;
GRANT USAGE ON SCHEMA ops, warehouse, ledger, mart TO steppe_analyst;
GRANT USAGE ON SCHEMA ops, warehouse, ledger, mart, quarantine, vault TO steppe_auditor;
