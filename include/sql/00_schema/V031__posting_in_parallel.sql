-- A posting's digests are computed by the workers that read its draft, before its transfers are numbered. Rerun: once.
--
-- Hence the number is not in the digest of a row: the seal is over the digests in the order of their numbers, from the batch's first on,
-- and holds it. Rows posted before have it in theirs, and keep it.
CREATE FUNCTION ledger.content_digest(
    region_code text,
    idempotency_key text,
    debit_account text,
    credit_account text,
    amount_fen bigint,
    kind text,
    event_date date,
    rule_version text,
    delivery_id bigint,
    reverses_transfer_id bigint
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(concat_ws(
    '|',
    region_code,
    idempotency_key,
    debit_account,
    credit_account,
    amount_fen,
    kind,
    event_date - '2000-01-01'::date,
    rule_version,
    coalesce(delivery_id::text, '-'),
    coalesce(reverses_transfer_id::text, '-')
), 'UTF8'));
COMMENT ON FUNCTION ledger.content_digest(text, text, text, text, bigint, text, date, text, bigint, bigint)
IS 'SHA-256 over a transfer without its number, which the seal holds 转账内容摘要';
COMMENT ON FUNCTION ledger.transfer_digest(text, bigint, text, text, text, bigint, text, date, text, bigint, bigint)
IS 'SHA-256 over a transfer with its number, as transfers posted before ledger.content_digest have it 转账行摘要（旧）';
COMMENT ON COLUMN ledger.transfer.digest
IS 'ledger.content_digest over the row; over the row and its number (ledger.transfer_digest) where it was posted before 行摘要';

-- The order of the columns decides what a posting compares first: a key begins with its region, which all of a batch share.
ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_region_code_idempotency_key_key;
ALTER TABLE ledger.transfer ADD UNIQUE (idempotency_key, region_code);
