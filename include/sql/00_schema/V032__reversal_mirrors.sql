-- A reversal is held to the transfer that it takes back by a trigger that no other transfer queues for. Rerun: once.
--
-- The foreign key queued a check for every row, also where there was nothing to check: a seventh of a posting. What can be reversed is
-- never removed, so what held at the insert holds for good; and the trigger asks for the whole mirror, as the posting does.
CREATE FUNCTION ledger.refuse_reversal() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM FROM ledger.transfer AS original
    WHERE
        original.region_code = NEW.region_code
        AND original.transfer_id = NEW.reverses_transfer_id
        AND original.idempotency_key || '.reversal' = NEW.idempotency_key
        AND original.debit_account = NEW.credit_account
        AND original.credit_account = NEW.debit_account
        AND original.amount_fen = NEW.amount_fen
        AND original.kind = NEW.kind
        AND original.event_date = NEW.event_date;
    IF NOT FOUND THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('transfer %s of %s does not mirror transfer %s', NEW.transfer_id, NEW.region_code, NEW.reverses_transfer_id);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION ledger.refuse_reversal() IS 'Refuse a reversal that does not mirror the transfer it names 冲销须与原分录相反';
REVOKE ALL ON FUNCTION ledger.refuse_reversal() FROM public;

ALTER TABLE ledger.transfer DROP CONSTRAINT transfer_region_code_reverses_transfer_id_fkey;
CREATE TRIGGER mirrors AFTER INSERT ON ledger.transfer
FOR EACH ROW WHEN (new.reverses_transfer_id IS NOT NULL) EXECUTE FUNCTION ledger.refuse_reversal();
