-- Grain: one row per part of an indicator's version, place and month, for the one whose list is in indicator_member (C2.7).
-- Inputs: indicator_member, as the indicator's own file yields it; ops.region. Rerun: replaces the rows.
-- A person counts once in a place, however many of its banners tell of him, with the best evidence. Nearly everyone has one row, and is
-- counted by village first; only who has several is looked at in each place by himself.
DELETE FROM mart.indicator_value
WHERE indicator = %(indicator)s AND version = %(version)s AND month = %(month)s::date;

INSERT INTO mart.indicator_value (
    indicator, version, part, place_code, region_code, level, month, counted, counted_insured, counted_employer, counted_call_back,
    members_digest
)
WITH with_several_rows AS (
    SELECT indicator_member.person_key
    FROM indicator_member
    GROUP BY indicator_member.person_key
    HAVING count(*) > 1
),

counted_by_village AS (
    SELECT
        member.region_code,
        member.village_code,
        member.part,
        member.tier,
        count(*) AS persons,
        bit_xor(hashtextextended(concat_ws('|', member.person_key, member.tier), 0)) AS digest
    FROM indicator_member AS member
    WHERE NOT EXISTS (SELECT FROM with_several_rows AS several WHERE several.person_key = member.person_key)
    GROUP BY member.region_code, member.village_code, member.part, member.tier
),

told AS (
    SELECT
        NULL::uuid AS person_key,
        counted_by_village.region_code,
        counted_by_village.village_code,
        counted_by_village.part,
        counted_by_village.tier,
        counted_by_village.persons,
        counted_by_village.digest
    FROM counted_by_village
    UNION ALL
    SELECT
        member.person_key,
        member.region_code,
        member.village_code,
        member.part,
        member.tier,
        1 AS persons,
        NULL AS digest
    FROM indicator_member AS member
    INNER JOIN with_several_rows AS several ON member.person_key = several.person_key
),

placed AS (
    SELECT
        told.person_key,
        told.tier,
        told.persons,
        told.digest,
        parted.part,
        place.place_code,
        place.region_code,
        place.level
    FROM told
    INNER JOIN ops.region AS banner ON told.region_code = banner.region_code
    CROSS JOIN
        LATERAL (
            VALUES
            (%(region_code)s::text, %(region_code)s::text, 'region'),
            (banner.parent_code, banner.parent_code, 'league'),
            (banner.region_code, banner.region_code, 'banner'),
            (told.village_code, banner.region_code, 'village')
        ) AS place (place_code, region_code, level)
    CROSS JOIN LATERAL (VALUES ('all'), (told.part)) AS parted (part)
    WHERE parted.part IS NOT NULL
),

counted_once AS (
    SELECT
        placed.level,
        placed.region_code,
        placed.place_code,
        placed.part,
        placed.tier,
        placed.persons,
        placed.digest
    FROM placed
    WHERE placed.person_key IS NULL
    UNION ALL
    SELECT
        placed.level,
        placed.region_code,
        placed.place_code,
        placed.part,
        min(placed.tier) AS tier,
        1 AS persons,
        hashtextextended(concat_ws('|', placed.person_key, min(placed.tier)), 0) AS digest
    FROM placed
    WHERE placed.person_key IS NOT NULL
    GROUP BY placed.level, placed.region_code, placed.place_code, placed.part, placed.person_key
)

SELECT
    %(indicator)s::text AS indicator,
    %(version)s::integer AS version,
    counted_once.part,
    counted_once.place_code,
    counted_once.region_code,
    counted_once.level,
    %(month)s::date AS month,
    sum(counted_once.persons) AS counted,
    CASE
        WHEN count(counted_once.tier) > 0
            THEN coalesce(sum(counted_once.persons) FILTER (WHERE counted_once.tier <= 1), 0)
    END AS counted_insured,
    CASE
        WHEN count(counted_once.tier) > 0
            THEN coalesce(sum(counted_once.persons) FILTER (WHERE counted_once.tier <= 2), 0)
    END AS counted_employer,
    CASE
        WHEN count(counted_once.tier) > 0
            THEN coalesce(sum(counted_once.persons) FILTER (WHERE counted_once.tier <= 3), 0)
    END AS counted_call_back,
    bit_xor(counted_once.digest) AS members_digest
FROM counted_once
GROUP BY counted_once.level, counted_once.region_code, counted_once.place_code, counted_once.part;
