-- Grain: one row: when the ledger of these banners was last posted. Inputs: ledger.seal. Rerun: reads only.
SELECT max(seal.posted_at) AS posted_at
FROM ledger.seal
WHERE seal.region_code = any(%(banners)s);
