-- Grain: one row per part of an indicator's version, place and month, for the one whose list is in indicator_member (C2.7).
-- Inputs: indicator_member, as the indicator's own file yields it; ops.region. Rerun: replaces the rows.
-- A person counts once in a place, however many of its banners tell of him, with the best evidence.
DELETE FROM mart.indicator_value
WHERE indicator = %(indicator)s AND version = %(version)s AND month = %(month)s::date;

INSERT INTO mart.indicator_value (
    indicator, version, part, place_code, region_code, level, month, counted, counted_insured, counted_employer, counted_call_back,
    members_digest
)
WITH placed AS (
    SELECT
        member.person_key,
        member.part,
        member.tier,
        place.place_code,
        place.region_code,
        place.level
    FROM indicator_member AS member
    INNER JOIN ops.region AS banner ON member.region_code = banner.region_code
    CROSS JOIN
        LATERAL (
            VALUES
            (%(region_code)s::text, %(region_code)s::text, 'region'),
            (banner.parent_code, banner.parent_code, 'league'),
            (banner.region_code, banner.region_code, 'banner'),
            (member.village_code, banner.region_code, 'village')
        ) AS place (place_code, region_code, level)
),

counted_once AS (
    SELECT
        placed.level,
        placed.region_code,
        placed.place_code,
        parted.part,
        placed.person_key,
        min(placed.tier) AS tier
    FROM placed
    CROSS JOIN LATERAL (VALUES ('all'), (placed.part)) AS parted (part)
    WHERE parted.part IS NOT NULL
    GROUP BY placed.level, placed.region_code, placed.place_code, parted.part, placed.person_key
)

SELECT
    %(indicator)s::text AS indicator,
    %(version)s::integer AS version,
    counted_once.part,
    counted_once.place_code,
    counted_once.region_code,
    counted_once.level,
    %(month)s::date AS month,
    count(*) AS counted,
    CASE WHEN count(counted_once.tier) > 0 THEN count(*) FILTER (WHERE counted_once.tier <= 1) END AS counted_insured,
    CASE WHEN count(counted_once.tier) > 0 THEN count(*) FILTER (WHERE counted_once.tier <= 2) END AS counted_employer,
    CASE WHEN count(counted_once.tier) > 0 THEN count(*) FILTER (WHERE counted_once.tier <= 3) END AS counted_call_back,
    bit_xor(hashtextextended(concat_ws('|', counted_once.person_key, counted_once.tier), 0)) AS members_digest
FROM counted_once
GROUP BY counted_once.level, counted_once.region_code, counted_once.place_code, counted_once.part;
