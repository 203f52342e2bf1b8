-- Grain: one row per view of the marts, with its definition. Inputs: the catalogue. Rerun: reads only.
SELECT
    class.relname AS view_name,
    pg_get_viewdef(class.oid) AS definition
FROM pg_class AS class
WHERE class.relnamespace = 'mart'::regnamespace AND class.relkind = 'v'
ORDER BY class.relname;
