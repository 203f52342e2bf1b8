-- One number, two names: sources that give a number to another name than the register does, or than who told it first where it does not.
-- Grain: one row per key, sender and source in ops.identity_case. Inputs: vault.identity, vault.other_name, ops.publication, ops.delivery.
-- Rerun: adds what is new, withdraws what is no longer so, takes back what was withdrawn and is so again.
CREATE TEMPORARY TABLE doubtful_number ON COMMIT DROP AS
WITH fresh AS (
    SELECT publication.delivery_id
    FROM ops.publication AS publication
    WHERE publication.publication_id > %(after)s AND publication.publication_id <= %(up_to)s
)

SELECT other_name.person_key
FROM vault.other_name AS other_name
INNER JOIN fresh ON other_name.delivery_id = fresh.delivery_id
UNION
SELECT identity.person_key
FROM vault.identity AS identity
LEFT JOIN fresh ON identity.delivery_id = fresh.delivery_id
WHERE identity.name IS NOT NULL
GROUP BY identity.person_key
HAVING min(identity.name COLLATE "C") <> max(identity.name COLLATE "C") AND bool_or(fresh.delivery_id IS NOT NULL)
UNION
SELECT doubt.person_key
FROM ops.identity_case AS doubt
WHERE doubt.kind = 'one_number' AND doubt.withdrawn_at IS NULL;

ANALYZE doubtful_number;

CREATE TEMPORARY TABLE one_number ON COMMIT DROP AS
WITH told AS (
    SELECT
        identity.person_key,
        identity.sender_code,
        delivery.source,
        identity.name,
        identity.delivery_id
    FROM vault.identity AS identity
    INNER JOIN doubtful_number AS doubtful ON identity.person_key = doubtful.person_key
    INNER JOIN ops.delivery AS delivery ON identity.delivery_id = delivery.delivery_id
    WHERE identity.name IS NOT NULL
    UNION ALL
    SELECT
        other_name.person_key,
        other_name.sender_code,
        other_name.source,
        other_name.name,
        other_name.delivery_id
    FROM vault.other_name AS other_name
    INNER JOIN doubtful_number AS doubtful ON other_name.person_key = doubtful.person_key
),

reference AS (
    SELECT DISTINCT ON (person_key) *
    FROM told
    ORDER BY person_key ASC, source = 'household_registry' DESC, delivery_id ASC, sender_code ASC, source ASC
)

SELECT DISTINCT
    told.person_key,
    told.sender_code,
    told.source,
    reference.sender_code AS reference_sender,
    reference.source AS reference_source
FROM told
INNER JOIN reference ON told.person_key = reference.person_key
WHERE ops.name_likeness(told.name, reference.name) = 0;

UPDATE ops.identity_case AS doubt
SET withdrawn_at = clock_timestamp()
WHERE
    doubt.kind = 'one_number' AND doubt.withdrawn_at IS NULL
    AND NOT EXISTS (
        SELECT FROM one_number
        WHERE
            one_number.person_key = doubt.person_key AND one_number.sender_code = doubt.sender_code
            AND one_number.source = doubt.source
    );

INSERT INTO ops.identity_case AS doubt (kind, person_key, sender_code, source, reasons)
SELECT
    'one_number' AS kind,
    one_number.person_key,
    one_number.sender_code,
    one_number.source,
    ARRAY['another name than in ' || one_number.reference_source || ' of ' || one_number.reference_sender] AS reasons
FROM one_number
ON CONFLICT (kind, person_key, other_key, sender_code, source, delivery_id, resource, line_no) DO UPDATE
    SET withdrawn_at = NULL
    WHERE doubt.withdrawn_at IS NOT NULL;

DROP TABLE doubtful_number, one_number;
