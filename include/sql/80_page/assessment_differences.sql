-- Title: 两部门认定差异 | Counted by one department only
-- Group: lists 6
-- Sources: household_registry, social_insurance, labour_export
-- Definitions: out_migration, jingmeng_local_transfer, beijing
-- Order: indicator, region_name, told_by, person_key
-- Grain: one row per person of the newest snapshot of a month whom one of the two departments counts and the other does not (C2.7).
-- Inputs: mart.assessment_person, ops.region. Rerun: reads only.
SELECT
    person.indicator,
    banner.region_name,
    person.told_by,
    person.person_key,
    banner.sender_code,
    person.snapshot_no
FROM mart.assessment_person AS person
INNER JOIN ops.region AS banner ON person.region_code = banner.region_code
WHERE
    person.month = %(month)s
    AND person.region_code = any(%(banners)s)
    AND person.told_by <> 'both'
    AND person.snapshot_no = (
        SELECT max(newest.snapshot_no)
        FROM mart.assessment_person AS newest
        WHERE newest.indicator = person.indicator AND newest.month = person.month
    )
