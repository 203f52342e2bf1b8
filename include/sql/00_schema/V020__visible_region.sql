-- Which regions a role may see is told in one place. The ledger's view told it a second time; it stays for the policies that name it.
-- Rerun: once.
CREATE OR REPLACE VIEW ledger.visible_region AS
SELECT visible.region_code
FROM ops.visible_region AS visible;
