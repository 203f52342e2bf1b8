-- What follows from the decisions on doubts: keys that are one person, sources whose rows are somebody else's.
-- Grain: one row per key in person_link, one per key and source in person_contested; one per sender and month in ops.cell_to_build.
-- Inputs: ops.identity_state, vault.identity, ops.publication. Rerun: ends what no longer follows, adds what follows, touches nothing else.
-- Pairs make groups; of a group that key stays the main one which is, else one that a register told of, else the least.
CREATE TEMPORARY TABLE identity_link ON COMMIT DROP AS
WITH RECURSIVE pair AS (
    SELECT
        doubt.person_key AS one,
        doubt.other_key AS other
    FROM ops.identity_state AS doubt
    WHERE doubt.kind = 'two_numbers' AND doubt.state = 'merged'
),

edge AS (
    SELECT
        pair.one,
        pair.other
    FROM pair
    UNION
    SELECT
        pair.other AS one,
        pair.one AS other
    FROM pair
),

reached (start, person_key) AS (
    SELECT
        edge.one AS start,
        edge.one AS person_key
    FROM edge
    UNION
    SELECT
        reached.start,
        edge.other AS person_key
    FROM reached
    INNER JOIN edge ON reached.person_key = edge.one
),

ranked AS (
    SELECT
        reached.start,
        reached.person_key,
        (
            SELECT count(*) > 0
            FROM warehouse.person_link AS link
            WHERE link.main_key = reached.person_key AND link.known_to = 'infinity'
        ) AS is_main,
        (
            SELECT count(*) > 0
            FROM vault.identity AS identity
            WHERE identity.person_key = reached.person_key AND identity.birth_date IS NOT NULL
        ) AS is_registered
    FROM reached
),

main AS (
    SELECT DISTINCT ON (start)
        start,
        person_key AS main_key
    FROM ranked
    ORDER BY start ASC, is_main DESC, is_registered DESC, person_key ASC
)

SELECT
    start AS person_key,
    main_key
FROM main
WHERE start <> main_key;

CREATE TEMPORARY TABLE identity_contested ON COMMIT DROP AS
SELECT
    doubt.person_key,
    doubt.sender_code,
    doubt.source
FROM ops.identity_state AS doubt
WHERE doubt.kind = 'one_number' AND doubt.withdrawn_at IS NULL AND doubt.state <> 'merged';

CREATE TEMPORARY TABLE identity_moved ON COMMIT DROP AS
WITH known_link AS (
    SELECT
        person_key,
        main_key
    FROM warehouse.person_link
    WHERE known_to = 'infinity'
),

known_contested AS (
    SELECT
        person_key,
        sender_code,
        source
    FROM warehouse.person_contested
    WHERE known_to = 'infinity'
),

link_moved AS (
    (
        SELECT
            known_link.person_key,
            known_link.main_key
        FROM known_link
        EXCEPT
        SELECT
            identity_link.person_key,
            identity_link.main_key
        FROM identity_link
    )
    UNION
    (
        SELECT
            identity_link.person_key,
            identity_link.main_key
        FROM identity_link
        EXCEPT
        SELECT
            known_link.person_key,
            known_link.main_key
        FROM known_link
    )
),

contested_moved AS (
    (
        SELECT
            known_contested.person_key,
            known_contested.sender_code,
            known_contested.source
        FROM known_contested
        EXCEPT
        SELECT
            identity_contested.person_key,
            identity_contested.sender_code,
            identity_contested.source
        FROM identity_contested
    )
    UNION
    (
        SELECT
            identity_contested.person_key,
            identity_contested.sender_code,
            identity_contested.source
        FROM identity_contested
        EXCEPT
        SELECT
            known_contested.person_key,
            known_contested.sender_code,
            known_contested.source
        FROM known_contested
    )
)

SELECT link_moved.person_key FROM link_moved
UNION
SELECT link_moved.main_key FROM link_moved
UNION
SELECT contested_moved.person_key FROM contested_moved;

INSERT INTO ops.cell_to_build (sender_code, month)
SELECT DISTINCT
    publication.sender_code,
    publication.period
FROM identity_moved AS moved
INNER JOIN vault.identity AS identity ON moved.person_key = identity.person_key
INNER JOIN ops.publication AS publication
    ON identity.sender_code = publication.sender_code AND publication.source = 'household_registry'
ON CONFLICT (sender_code, month) DO NOTHING;

UPDATE warehouse.person_link AS known
SET known_to = %(known_from)s::timestamptz
WHERE
    known.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM identity_link AS link
        WHERE link.person_key = known.person_key AND link.main_key = known.main_key
    );

INSERT INTO warehouse.person_link (person_key, main_key, known_from, known_to)
SELECT
    link.person_key,
    link.main_key,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM identity_link AS link
WHERE
    NOT EXISTS (
        SELECT FROM warehouse.person_link AS known WHERE known.person_key = link.person_key AND known.known_to = 'infinity'
    );

UPDATE warehouse.person_contested AS known
SET known_to = %(known_from)s::timestamptz
WHERE
    known.known_to = 'infinity'
    AND NOT EXISTS (
        SELECT FROM identity_contested AS contested
        WHERE
            contested.person_key = known.person_key AND contested.sender_code = known.sender_code
            AND contested.source = known.source
    );

INSERT INTO warehouse.person_contested (person_key, sender_code, source, known_from, known_to)
SELECT
    contested.person_key,
    contested.sender_code,
    contested.source,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM identity_contested AS contested
WHERE
    NOT EXISTS (
        SELECT FROM warehouse.person_contested AS known
        WHERE
            known.person_key = contested.person_key AND known.sender_code = contested.sender_code
            AND known.source = contested.source AND known.known_to = 'infinity'
    );

DROP TABLE identity_link, identity_contested, identity_moved;
