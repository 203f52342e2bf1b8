-- Grain: one made-up identity per person, in one partition. Inputs: fct_employment_month. Rerun: once per warehouse.
CREATE TABLE vault.identity_bench PARTITION OF vault.identity DEFAULT;

INSERT INTO vault.identity (person_key, sender_code, region_code, id_number, name, phone, delivery_id)
SELECT
    person_key,
    sender_code,
    region_code,
    lpad(row_number() OVER ()::text, 18, '0'),
    '某某',
    '00000000000',
    1
FROM warehouse.fct_employment_month
WHERE month = (%(months)s::date[])[1];
