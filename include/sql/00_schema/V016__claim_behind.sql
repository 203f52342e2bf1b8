-- From a transfer to the claim whose money it moves, for the story that the page tells. Rerun: once.
CREATE FUNCTION ledger.claim_behind(banner text, named text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT
        CASE
            WHEN named !~ '^[0-9]+$' THEN named
            ELSE (
                SELECT
                    CASE split_part(moved.business_key, ':', 1)
                        WHEN 'subsidy_commit' THEN regexp_replace(moved.business_key, '^[^:]*:[^:]*:', '')
                        ELSE (
                            SELECT line.claim_key
                            FROM ledger.payment_line AS line
                            WHERE
                                line.region_code = banner
                                AND line.payment_reference = split_part(moved.business_key, ':', 2)
                                AND line.line_no = ops.to_int_or_null(split_part(moved.business_key, ':', 3))
                        )
                    END
                FROM (
                    SELECT ledger.business_key(transfer.idempotency_key) AS business_key
                    FROM ledger.transfer AS transfer
                    WHERE
                        transfer.region_code = banner
                        AND transfer.transfer_id = ops.to_int_or_null(named)
                ) AS moved
            )
        END;
END;
COMMENT ON FUNCTION ledger.claim_behind(text, text)
IS 'Claim whose money a transfer of a banner moves, or the claim that is named itself; NULL for what no claim moves 转账所属申领事项';
