-- Who sees which rows. Rerun: once.
-- The loader owns what it writes and is not bound by policies. The analyst, and any role that is a member of it, sees the banners that
-- ops.region_grant gives to that very role; a grant of a league or of the region covers what is below it. The auditor sees every row.
-- The vault and the quarantine are closed to the analyst; so are the hashes of delivered rows and keys, which an ID number could be
-- guessed back from.

-- A view runs with its owner's rights and the reader's name, so no reader needs to see the grants of others.
CREATE VIEW ops.visible_region AS
SELECT region.region_code
FROM ops.region AS region
LEFT JOIN ops.region AS parent ON region.parent_code = parent.region_code
WHERE EXISTS (
    SELECT FROM ops.region_grant AS granted
    WHERE
        granted.role_name = current_user
        AND granted.region_code IN (region.region_code, region.parent_code, parent.parent_code)
);
COMMENT ON VIEW ops.visible_region IS 'Regions, leagues and banners that the current role may see 当前角色可见区划';
COMMENT ON COLUMN ops.visible_region.region_code IS 'Region, league or banner 区划代码';
GRANT SELECT ON ops.visible_region TO steppe_loader, steppe_analyst, steppe_auditor;

-- The planner reads the view once per query and hashes it: no function call per row.
CREATE PROCEDURE ops.secure_by_region(secured regclass)
LANGUAGE plpgsql
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', secured);
    EXECUTE format(
        'CREATE POLICY analyst_by_region ON %s FOR SELECT TO steppe_analyst '
        'USING (region_code IN (SELECT visible.region_code FROM ops.visible_region AS visible))', secured
    );
    EXECUTE format('CREATE POLICY auditor_all ON %s FOR SELECT TO steppe_auditor USING (true)', secured);
END
$$;
COMMENT ON PROCEDURE ops.secure_by_region (regclass) IS 'Let the analyst see a table by region_code, the auditor all of it 按区划设置行级安全';
REVOKE ALL ON PROCEDURE ops.secure_by_region(regclass) FROM public;

DO $$
DECLARE
    secured record;
    open_columns text;
BEGIN
    FOR secured IN
        SELECT relation.oid::regclass AS name, relation.oid, relation.relnamespace::regnamespace::text AS schema_name
        FROM pg_class AS relation
        WHERE
            relation.relnamespace IN ('warehouse'::regnamespace, 'mart'::regnamespace)
            AND relation.relkind IN ('r', 'p') AND NOT relation.relispartition
        ORDER BY 1
    LOOP
        SELECT string_agg(quote_ident(attribute.attname), ', ' ORDER BY attribute.attnum) INTO open_columns
        FROM pg_attribute AS attribute
        WHERE
            attribute.attrelid = secured.oid AND attribute.attnum > 0 AND NOT attribute.attisdropped
            AND attribute.attname NOT IN ('row_hash', 'key_hash');
        EXECUTE format('GRANT SELECT (%s) ON %s TO steppe_analyst', open_columns, secured.name);
        EXECUTE format('GRANT SELECT ON %s TO steppe_auditor', secured.name);
        IF secured.name <> 'warehouse.dim_region'::regclass AND secured.name <> 'warehouse.dim_date'::regclass THEN
            CALL ops.secure_by_region(secured.name);
        END IF;
    END LOOP;
END
$$;

GRANT SELECT ON mart.list_employed, mart.list_willing_out, mart.list_count TO steppe_analyst, steppe_auditor;
GRANT SELECT ON vault.identity, vault.list_employed, vault.list_willing_out, vault.list_last_year_migrants TO steppe_auditor;
