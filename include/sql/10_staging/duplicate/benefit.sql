-- Rows that repeat an earlier row of the file exactly, among those that are suspect. A key that cannot be read may still stand in a
-- line that is there twice.
-- Grain: one row per repeated row. Inputs: raw.benefit, gate_suspect (suspect.sql). Rerun: after the delivery's rows were deleted.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'benefit',
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
                        line.id_number, line.name, line.region_code, line.month, line.benefit_kind, line.amount_fen,
                        line.entitled_from_on, line.entitled_to_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.benefit AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;
