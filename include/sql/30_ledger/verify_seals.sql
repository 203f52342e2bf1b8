-- Recomputes the chain: every batch's range, amount, link to the seal before, and seal.
-- Grain: per banner and rule, the first batch that breaks it. Inputs: ledger.seal, ledger.transfer. Rerun: reads only.
WITH
sealed AS (
    SELECT
        seal.*,
        lag(seal.batch_no, 1, 0) OVER chain AS batch_before,
        lag(seal.last_transfer_id, 1, 0::bigint) OVER chain AS last_before,
        lag(seal.posted_at) OVER chain AS posted_before,
        coalesce(lag(seal.sha256) OVER chain, sha256(convert_to(seal.region_code, 'UTF8'))) AS sha256_before
    FROM ledger.seal
    WINDOW chain AS (PARTITION BY seal.region_code ORDER BY seal.batch_no)
),

content AS (
    SELECT
        region_code,
        batch_no,
        count(*) AS transfers,
        sum(amount_fen) AS amount_fen,
        string_agg(digest, ''::bytea ORDER BY transfer_id) AS digests
    FROM ledger.transfer
    GROUP BY region_code, batch_no
),

judged AS (
    SELECT
        sealed.region_code,
        sealed.batch_no,
        sealed.batch_no <> sealed.batch_before + 1 OR sealed.previous_sha256 <> sealed.sha256_before
        OR sealed.posted_at <= sealed.posted_before AS is_unchained,
        coalesce(content.transfers, 0) <> sealed.last_transfer_id - sealed.first_transfer_id + 1
        OR sealed.first_transfer_id <> sealed.last_before + 1
        OR content.amount_fen <> sealed.amount_fen AS is_incomplete,
        sealed.sha256 <> ledger.seal_digest(
            sealed.region_code, sealed.batch_no, sealed.first_transfer_id, sealed.last_transfer_id, sealed.amount_fen,
            sealed.posted_at, sealed.publication_id, sealed.previous_sha256, content.digests
        ) AS is_broken
    FROM sealed
    LEFT JOIN content ON sealed.region_code = content.region_code AND sealed.batch_no = content.batch_no
),

final AS (
    SELECT
        judged.region_code,
        broken.rule_id,
        min(judged.batch_no)::bigint AS row_no
    FROM judged
    CROSS JOIN
        LATERAL (
            VALUES
            ('seal.chain', judged.is_unchained),
            ('seal.content', judged.is_incomplete),
            ('seal.sha256', judged.is_broken)
        ) AS broken (rule_id, is_broken)
    WHERE broken.is_broken
    GROUP BY judged.region_code, broken.rule_id
)

SELECT
    region_code,
    rule_id,
    'batch ' || row_no AS row_name,
    row_no
FROM final;
