-- Grain: one row per sender and month of fct_employment_month that publications after the mark touch.
-- Inputs: ops.publication, fct_insurance_month, dim_person, person_link. Rerun: reads only.
-- A register delivery touches its own month: months without a snapshot of their own are not filled, a stale register would count people
-- who have come home. A late one also touches the months after it, where somebody may have been in quarantine. A contribution touches
-- the month it is for and, through "so far this year", those after it.
WITH fresh AS (
    SELECT
        publication.source,
        publication.sender_code,
        publication.period,
        publication.published_at
    FROM ops.publication AS publication
    WHERE publication.publication_id > %(after)s AND publication.publication_id <= %(up_to)s
),

contribution AS (
    SELECT DISTINCT
        coalesce(link.main_key, insurance.person_key) AS person_key,
        insurance.due_month
    FROM warehouse.fct_insurance_month AS insurance
    LEFT JOIN warehouse.person_link AS link ON insurance.person_key = link.person_key AND link.known_to = 'infinity'
    INNER JOIN fresh
        ON
            insurance.sender_code = fresh.sender_code
            AND fresh.published_at IN (insurance.known_from, insurance.known_to)
    WHERE fresh.source = 'social_insurance'
),

insured AS (
    SELECT DISTINCT
        person.sender_code,
        contribution.due_month
    FROM warehouse.dim_person AS person
    LEFT JOIN warehouse.person_link AS link ON person.person_key = link.person_key AND link.known_to = 'infinity'
    INNER JOIN contribution ON coalesce(link.main_key, person.person_key) = contribution.person_key
    WHERE person.known_to = 'infinity'
),

snapshot AS (
    SELECT DISTINCT
        publication.sender_code,
        publication.period
    FROM ops.publication AS publication
    WHERE publication.source = 'household_registry' AND publication.publication_id <= %(up_to)s
)

SELECT
    snapshot.sender_code,
    snapshot.period AS month
FROM snapshot
INNER JOIN fresh ON snapshot.sender_code = fresh.sender_code AND snapshot.period >= fresh.period
WHERE fresh.source = 'household_registry'
UNION
SELECT
    snapshot.sender_code,
    snapshot.period AS month
FROM snapshot
INNER JOIN insured
    ON
        snapshot.sender_code = insured.sender_code
        AND snapshot.period >= insured.due_month
        AND date_trunc('year', snapshot.period) = date_trunc('year', insured.due_month)
ORDER BY month, sender_code
