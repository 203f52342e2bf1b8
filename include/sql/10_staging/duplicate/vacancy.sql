-- Rows that repeat an earlier row of the file exactly, among those that are suspect. A key that cannot be read may still stand in a
-- line that is there twice.
-- Grain: one row per repeated row. Inputs: raw.vacancy, gate_suspect (suspect.sql). Rerun: after the delivery's rows were deleted.
INSERT INTO staging.duplicate (delivery_id, resource, stream, row_ctid)
SELECT
    %(delivery_id)s,
    'vacancy',
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
                        line.vacancy_code, line.region_code, line.credit_code, line.employer_name, line.occupation,
                        line.skill_level, line.work_county_code, line.places, line.filled_places, line.monthly_wage_fen,
                        line.season_from_on, line.season_to_on, line.collected_on, line.reported_on, line.published_on,
                        line.closed_on
                    ), 0
                )
            ORDER BY line.stream, line.ctid
        ) AS copy_number
    FROM gate_suspect AS suspect
    INNER JOIN raw.vacancy AS line ON line.stream = suspect.stream AND line.ctid = suspect.row_ctid
    WHERE line.delivery_id = %(delivery_id)s
) AS ranked
WHERE ranked.copy_number > 1;
