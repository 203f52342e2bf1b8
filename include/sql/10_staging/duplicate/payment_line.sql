-- Rows that repeat an earlier row of the file exactly, among those that are suspect. A key that cannot be read may still stand in a
-- line that is there twice.
-- Grain: one row per repeated row. Inputs: raw.payment_line, gate_suspect (suspect.sql). Rerun: after the delivery's rows were deleted.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'payment_line',
    ranked.stream,
    ranked.row_ctid
FROM (
    SELECT
        line.stream,
        line.ctid AS row_ctid,
        row_number() OVER (
            PARTITION BY
                hash_record_extended(
                    ROW(
                        line.payment_reference, line.line_code, line.region_code, line.payee_kind, line.id_number,
                        line.payee_code, line.name, line.programme_code, line.fund_code, line.amount_fen, line.paid_on,
                        line.status, line.returned_on, line.return_reason
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.payment_line AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;
