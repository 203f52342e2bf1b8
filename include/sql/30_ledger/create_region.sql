-- Grain: one row per banner whose ledger may change: those of the senders that published PV facts after the mark, or all.
-- Inputs: ops.publication, ops.region. Rerun: replaces the transaction's temporary table.
DROP TABLE IF EXISTS pg_temp.ledger_region;
CREATE TEMPORARY TABLE ledger_region ON COMMIT DROP AS
WITH
news AS (
    SELECT sender_code
    FROM ops.publication
    WHERE source = 'pv_revenue' AND publication_id > %(mark)s
)

SELECT region.region_code
FROM ops.region
WHERE
    region.level = 'banner'
    AND (
        %(is_full)s
        OR region.sender_code IN (SELECT news.sender_code FROM news)
    );
ANALYZE ledger_region;
SELECT count(*) AS regions FROM ledger_region;
