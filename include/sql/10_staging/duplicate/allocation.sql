-- Rows that repeat an earlier row of the file exactly, among those that are suspect. A key that cannot be read may still stand in a
-- line that is there twice.
-- Grain: one row per repeated row. Inputs: raw.allocation, gate_suspect (suspect.sql). Rerun: after the delivery's rows were deleted.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'allocation',
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
                        line.village_code, line.region_code, line.month, line.carried_in_fen, line.revenue_fen,
                        line.post_wages_fen, line.public_works_fen, line.land_rent_fen, line.operation_fen, line.other_fen,
                        line.carried_over_fen
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.allocation AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;
