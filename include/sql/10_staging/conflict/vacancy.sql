-- Rows that contradict another row of the delivery, beside those whose key stands twice.
-- Grain: one row per kind and key in staging.conflict. Inputs: raw.vacancy, staging.duplicate of the
-- delivery. Rerun: after the delivery's rows were deleted.
-- A search that sees every row goes through a temporary table: CREATE TABLE AS runs in parallel, INSERT does not.

-- Open vacancies that offer again what an earlier one offers: one employer, occupation, place, skill and season (C3.1).
CREATE TEMPORARY TABLE gate_found ON COMMIT DROP AS
SELECT hashtextextended(offer.vacancy_code, 0) AS key_hash
FROM (
    SELECT
        line.vacancy_code,
        min(line.vacancy_code) OVER (
            PARTITION BY
                line.credit_code, line.employer_name, line.occupation, line.skill_level, line.work_county_code,
                line.season_from_on, line.season_to_on
        ) AS first_code
    FROM raw.vacancy AS line
    WHERE line.delivery_id = %(delivery_id)s AND line.closed_on IS NULL
) AS offer
WHERE offer.vacancy_code <> offer.first_code;

INSERT INTO staging.conflict (delivery_id, resource, kind, key_hash)
SELECT DISTINCT
    %(delivery_id)s,
    'vacancy',
    'same_offer',
    found.key_hash
FROM gate_found AS found
WHERE found.key_hash IS NOT NULL;

DROP TABLE gate_found;
