-- Publishes: staging.person
-- Grain: one row per person and sender, month range in which a version held, and range in which it was known.
-- Inputs: staging.person, vault.identity.
-- Rerun: the publisher reads these rows once per delivery, ends the versions they replace and inserts them, in one transaction.
-- Name, ID number, phone and day of birth stay in the vault; the year of birth is enough to tell minors and retired persons.
SELECT
    identity.person_key,
    source.person_id,
    source.household_id,
    source.region_code,
    source.village_code,
    source.sex,
    extract(YEAR FROM source.birth_date)::smallint AS birth_year,
    source.relation,
    source.ethnicity,
    source.education,
    source.student_status,
    source.health,
    source.labour_ability,
    source.work_place_class,
    source.months_worked,
    source.life_status,
    source.has_employee_pension,
    source.has_resident_pension,
    source.has_illness_insurance,
    source.has_minimum_living,
    source.phone IS NOT NULL AS has_phone,
    source.willing_to_go,
    source.change_type,
    %(period)s::date AS valid_from,
    %(next_period)s::date AS valid_to,
    %(sender_code)s::text AS sender_code,
    source.delivery_id,
    source.row_hash,
    source.key_hash,
    %(rule_set_digest)s::bigint AS rule_set_digest,
    %(known_from)s::timestamptz AS known_from,
    'infinity'::timestamptz AS known_to
FROM staging.person AS source
INNER JOIN vault.identity AS identity
    ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
WHERE source.delivery_id = %(delivery_id)s
