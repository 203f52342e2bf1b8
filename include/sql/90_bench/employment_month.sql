-- Grain: one row per person of a made-up region, for one month; by banner, as registers are delivered. Inputs: ops.region.
-- Rerun: yields the same rows. Shares are plausible, nobody is real.
WITH banner AS (
    SELECT
        region_code,
        sender_code,
        row_number() OVER (ORDER BY region_code) - 1 AS place,
        count(*) OVER () AS banners
    FROM ops.region
    WHERE level = 'banner'
),

person AS (
    SELECT
        number,
        banner.region_code,
        banner.sender_code,
        mod(number * 7919, 100)::integer AS lot
    FROM generate_series(0::bigint, %(persons)s::bigint - 1) AS made (number)
    INNER JOIN banner ON div(made.number * banner.banners, %(persons)s::bigint) = banner.place
)

SELECT
    md5('person' || person.number)::uuid AS person_key,
    %(month)s::date AS month,
    person.region_code,
    person.sender_code,
    person.region_code || '001' || lpad(mod(person.number, 142)::text, 3, '0') AS village_code,
    CASE WHEN person.lot < 55 THEN 'employed' WHEN person.lot < 70 THEN 'unemployed' WHEN person.lot < 85 THEN 'not_able' ELSE 'minor' END
        AS status,
    CASE WHEN person.lot < 22 THEN 'other_province' WHEN person.lot < 55 THEN 'within_county' END AS place_class,
    CASE WHEN person.lot < 22 THEN '110105' WHEN person.lot < 55 THEN person.region_code END AS work_region_code,
    CASE WHEN person.lot < 20 THEN '91150400000000000X' END AS employer_uscc,
    CASE WHEN person.lot < 55 THEN 'self_found' END AS channel,
    person.lot < 5 AS is_organised,
    CASE WHEN person.lot < 70 THEN 'ordinary' ELSE 'none' END AS labour_ability,
    CASE WHEN mod(person.lot, 3) = 0 THEN 'willing' ELSE 'unwilling' END AS willing_to_go,
    person.lot < 8 AS is_employee_insured,
    false AS is_unemployment_insured,
    false AS is_injury_insured,
    person.lot < 40 AS is_pension_insured,
    (CASE WHEN person.lot < 8 THEN 1 WHEN person.lot < 20 THEN 2 WHEN person.lot < 40 THEN 3 WHEN person.lot < 55 THEN 4 END)::smallint AS evidence_tier,
    person.lot < 22 AS is_out_migrant,
    false AS is_jingmeng_local,
    false AS is_in_beijing,
    (CASE WHEN person.lot < 22 THEN 1 + mod(person.lot, 4) END)::smallint AS out_migration_tier,
    NULL::smallint AS jingmeng_local_tier,
    NULL::smallint AS beijing_tier,
    1::bigint AS register_delivery_id,
    NULL::bigint AS spell_delivery_id,
    NULL::bigint AS insurance_delivery_id,
    %(month)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM person
