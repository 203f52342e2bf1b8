-- Title: 转账分录 | Transfers
-- Group: money 2
-- Sources: pv_revenue
-- Definitions: programme
-- Posted: ledger.seal
-- Order: event_date, region_code, transfer_id
-- Grain: one row per transfer of a month (C7.1). Inputs: ledger.transfer, ledger.account_kind, ops.region. Rerun: reads only.
SELECT
    banner.region_name,
    transfer.region_code,
    transfer.transfer_id,
    transfer.event_date,
    transfer.kind AS transfer_kind,
    credited.label_zh AS from_account,
    debited.label_zh AS to_account,
    split_part(transfer.debit_account, ':', 2) AS subject_code,
    transfer.amount_fen,
    transfer.reverses_transfer_id IS NOT NULL AS is_reversal,
    transfer.batch_no,
    transfer.delivery_id
FROM ledger.transfer AS transfer
INNER JOIN ops.region AS banner ON transfer.region_code = banner.region_code
LEFT JOIN ledger.account_kind AS credited ON split_part(transfer.credit_account, ':', 1) = credited.kind
LEFT JOIN ledger.account_kind AS debited ON split_part(transfer.debit_account, ':', 1) = debited.kind
WHERE
    transfer.region_code = any(%(banners)s)
    AND (%(village)s::text IS NULL OR split_part(transfer.debit_account, ':', 2) = %(village)s)
    AND transfer.event_date >= %(month)s::date
    AND transfer.event_date < (%(month)s::date + interval '1 month')::date
