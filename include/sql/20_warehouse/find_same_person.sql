-- One person, two numbers or none: persons named anew, and register rows whose number is not valid, against everybody on file.
-- Grain: one row per pair in ops.identity_case. Inputs: vault.identity, dim_person (as known now), quarantine.row, ops.publication.
-- Rerun: adds what is new, withdraws what is no longer so of the persons at hand.
-- Compared are those who share two of name, day of birth and village. The score is the evidence in bits (Fellegi and Sunter): for each of the
-- three log2(m / u), m how often it agrees for one person, u how often by chance, which for a name or a village is its own share; less the
-- odds that any two of so many are one. docs/decisions/identity.md has the figures. Twins share day, village, phone and mostly a character
-- of the name: a name that is not the same makes little of the rest.
CREATE TEMPORARY TABLE identity_named ON COMMIT DROP AS
SELECT DISTINCT ON (identity.person_key)
    identity.person_key,
    ops.fold_name(identity.name) AS folded,
    identity.birth_date,
    identity.phone,
    mod(ascii(substr(identity.id_number, 17, 1)), 2) AS sex_bit,
    coalesce(person.village_code, identity.region_code) AS village_code,
    coalesce(person.region_code, identity.region_code) AS region_code,
    fresh.delivery_id IS NOT NULL AS is_fresh
FROM vault.identity AS identity
LEFT JOIN ops.publication AS fresh
    ON
        identity.delivery_id = fresh.delivery_id
        AND fresh.publication_id > %(after)s AND fresh.publication_id <= %(up_to)s
LEFT JOIN warehouse.dim_person AS person
    ON
        identity.person_key = person.person_key AND identity.sender_code = person.sender_code
        AND person.known_to = 'infinity'
WHERE identity.name IS NOT NULL AND identity.birth_date IS NOT NULL
ORDER BY identity.person_key ASC, person.valid_to DESC NULLS LAST, identity.sender_code ASC;

CREATE TEMPORARY TABLE identity_subject ON COMMIT DROP AS
SELECT
    named.person_key,
    NULL::text AS sender_code,
    NULL::bigint AS delivery_id,
    NULL::bigint AS line_no,
    NULL::text AS told_number,
    named.folded,
    named.birth_date,
    named.phone,
    named.sex_bit,
    named.village_code,
    named.region_code
FROM identity_named AS named
WHERE named.is_fresh
UNION ALL
SELECT
    NULL::uuid AS person_key,
    publication.sender_code,
    rejected.delivery_id,
    rejected.line_no,
    rejected.record ->> 'person_id' AS told_number,
    ops.fold_name(rejected.record ->> 'name') AS folded,
    ops.to_date_or_null(rejected.record ->> 'birth_date') AS birth_date,
    rejected.record ->> 'phone' AS phone,
    CASE rejected.record ->> 'sex' WHEN '1' THEN 1 WHEN '2' THEN 0 END AS sex_bit,
    rejected.record ->> 'village_code' AS village_code,
    rejected.record ->> 'region_code' AS region_code
FROM quarantine.row AS rejected
INNER JOIN ops.publication AS publication ON rejected.delivery_id = publication.delivery_id
WHERE
    publication.publication_id > %(after)s AND publication.publication_id <= %(up_to)s
    AND rejected.resource = 'person'
    AND rejected.record ->> 'name' <> ''
    AND rejected.rule_ids && ARRAY['person.id_present', 'person.id_format', 'person.id_check_digit'];

ANALYZE identity_named, identity_subject;

CREATE TEMPORARY TABLE identity_pair ON COMMIT DROP AS
WITH pair AS (
    SELECT
        subject.ctid AS subject_place,
        named.ctid AS named_place
    FROM identity_subject AS subject
    INNER JOIN identity_named AS named ON subject.folded = named.folded AND subject.birth_date = named.birth_date
    WHERE subject.person_key IS DISTINCT FROM named.person_key
    UNION
    SELECT
        subject.ctid AS subject_place,
        named.ctid AS named_place
    FROM identity_subject AS subject
    INNER JOIN identity_named AS named ON subject.village_code = named.village_code AND subject.birth_date = named.birth_date
    WHERE subject.person_key IS DISTINCT FROM named.person_key
    UNION
    SELECT
        subject.ctid AS subject_place,
        named.ctid AS named_place
    FROM identity_subject AS subject
    INNER JOIN identity_named AS named
        ON
            subject.village_code = named.village_code AND subject.folded = named.folded
            -- One slip leaves the year, or the day of it: a name that half a village has makes no million pairs.
            AND (
                extract(YEAR FROM subject.birth_date) = extract(YEAR FROM named.birth_date)
                OR to_char(subject.birth_date, 'MMDD') = to_char(named.birth_date, 'MMDD')
            )
    WHERE subject.person_key IS DISTINCT FROM named.person_key
),

compared AS (
    SELECT
        subject.person_key,
        subject.sender_code,
        subject.delivery_id,
        subject.line_no,
        subject.told_number,
        named.person_key AS named_key,
        named.folded,
        named.village_code,
        named.region_code,
        ops.folded_likeness(subject.folded, named.folded) AS name_likeness,
        ops.birth_likeness(subject.birth_date, named.birth_date) AS birth_likeness,
        CASE
            WHEN subject.village_code = named.village_code THEN 2
            WHEN subject.region_code = named.region_code THEN 1
            ELSE 0
        END AS place_likeness,
        subject.phone = named.phone AS has_same_phone,
        subject.sex_bit <> named.sex_bit AS has_other_sex
    FROM pair
    INNER JOIN identity_subject AS subject ON pair.subject_place = subject.ctid
    INNER JOIN identity_named AS named ON pair.named_place = named.ctid
),

size AS (
    SELECT count(*)::double precision AS persons
    FROM identity_named
),

name_size AS (
    SELECT
        folded,
        count(*) AS persons
    FROM identity_named
    GROUP BY folded
),

village_size AS (
    SELECT
        village_code,
        count(*) AS persons
    FROM identity_named
    GROUP BY village_code
),

banner_size AS (
    SELECT
        region_code,
        count(*) AS persons
    FROM identity_named
    GROUP BY region_code
)

SELECT
    compared.*,
    -- A row without a number has one key: whom it resembles.
    least(compared.person_key, compared.named_key) AS least_key,
    CASE WHEN compared.person_key IS NOT NULL THEN greatest(compared.person_key, compared.named_key) END AS greatest_key,
    round(size.persons / name_size.persons) AS name_one_in,
    round((
        CASE compared.name_likeness
            WHEN 3 THEN ln(0.9 * size.persons / name_size.persons)
            WHEN 2 THEN ln(0.08 / 0.005)
            WHEN 1 THEN ln(0.08 / 0.05)
            ELSE ln(0.02)
        END
        + CASE compared.birth_likeness WHEN 2 THEN ln(0.9 * 18000) WHEN 1 THEN ln(0.06 / 0.002) ELSE ln(0.04) END
        + CASE compared.place_likeness
            WHEN 2 THEN ln(0.8 * size.persons / village_size.persons)
            WHEN 1 THEN ln(0.15 * size.persons / banner_size.persons)
            ELSE ln(0.05)
        END
        + CASE WHEN compared.has_same_phone AND compared.name_likeness >= 2 THEN ln(100) ELSE 0 END
        + CASE WHEN compared.has_other_sex THEN ln(0.005) ELSE 0 END
        -- One in five hundred is on file twice: that any two are one, 0.002 of so many.
        + ln(0.002 / size.persons)
    ) / ln(2))::integer AS score
FROM compared
CROSS JOIN size
INNER JOIN name_size ON compared.folded = name_size.folded
INNER JOIN village_size ON compared.village_code = village_size.village_code
INNER JOIN banner_size ON compared.region_code = banner_size.region_code;

CREATE TEMPORARY TABLE identity_found ON COMMIT DROP AS
SELECT
    CASE WHEN pair.greatest_key IS NULL THEN 'no_number' ELSE 'two_numbers' END AS kind,
    pair.least_key AS person_key,
    pair.greatest_key AS other_key,
    pair.sender_code,
    pair.delivery_id,
    pair.line_no,
    pair.told_number,
    max(pair.score) AS score,
    min(array_remove(ARRAY[
        CASE pair.name_likeness
            WHEN 3 THEN 'same name, one in ' || pair.name_one_in
            WHEN 2 THEN 'same name but for a surname'
            WHEN 1 THEN 'same name but for one character'
            ELSE 'another name'
        END,
        CASE pair.birth_likeness
            WHEN 2 THEN 'born the same day' WHEN 1 THEN 'day of birth but for one slip' ELSE 'another day of birth'
        END,
        CASE pair.place_likeness WHEN 2 THEN 'same village' WHEN 1 THEN 'same banner' ELSE 'another banner' END,
        CASE WHEN pair.has_same_phone THEN 'same phone' END,
        CASE WHEN pair.has_other_sex THEN 'another sex' END
    ], NULL)) AS reasons
FROM identity_pair AS pair
WHERE pair.score >= %(least_score)s
GROUP BY pair.least_key, pair.greatest_key, pair.sender_code, pair.delivery_id, pair.line_no, pair.told_number;

UPDATE ops.identity_case AS doubt
SET withdrawn_at = clock_timestamp()
WHERE
    doubt.withdrawn_at IS NULL
    AND (
        (
            doubt.kind = 'two_numbers'
            AND EXISTS (
                SELECT FROM identity_subject AS subject
                WHERE subject.person_key IN (doubt.person_key, doubt.other_key)
            )
            AND NOT EXISTS (
                SELECT FROM identity_found AS found
                WHERE found.person_key = doubt.person_key AND found.other_key = doubt.other_key
            )
        )
        OR (
            doubt.kind = 'no_number'
            AND EXISTS (
                SELECT FROM ops.publication AS later
                INNER JOIN ops.delivery AS told ON doubt.delivery_id = told.delivery_id
                WHERE
                    later.source = told.source AND later.sender_code = told.sender_code AND later.period >= told.period
                    AND later.delivery_id <> told.delivery_id
                    AND later.publication_id > %(after)s AND later.publication_id <= %(up_to)s
            )
        )
    );

INSERT INTO ops.identity_case AS doubt (
    kind, person_key, other_key, sender_code, delivery_id, resource, line_no, told_number, score, reasons
)
SELECT
    found.kind,
    found.person_key,
    found.other_key,
    found.sender_code,
    found.delivery_id,
    CASE found.kind WHEN 'no_number' THEN 'person' END AS resource,
    found.line_no,
    found.told_number,
    found.score,
    found.reasons
FROM identity_found AS found
ON CONFLICT (kind, person_key, other_key, sender_code, source, delivery_id, resource, line_no) DO UPDATE
    SET withdrawn_at = NULL, score = excluded.score, reasons = excluded.reasons
    WHERE
        doubt.withdrawn_at IS NOT NULL OR doubt.score <> excluded.score OR doubt.reasons <> excluded.reasons;

DROP TABLE identity_named, identity_subject, identity_pair, identity_found;
