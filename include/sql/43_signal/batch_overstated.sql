-- Signal: 输出批次人数虚报 | Batch with fewer persons than declared
-- Clause: C7.3
-- Reason: A batch of organised export names fewer persons than were declared for it.
-- False positive: Persons outside the register who left with the batch and are not named.
-- Grain: one row per subject that shows it in the month. Inputs: fct_export_batch, fct_export_person as known now. Rerun: reads only.
SELECT
    batch.region_code,
    'batch' AS subject_kind,
    batch.batch_code AS subject_code,
    batch.persons_declared || ' declared, ' || count(DISTINCT person.person_key) || ' named' AS evidence
FROM warehouse.fct_export_batch AS batch
LEFT JOIN warehouse.fct_export_person AS person
    ON batch.batch_code = person.batch_code AND batch.sender_code = person.sender_code AND person.known_to = 'infinity'
WHERE
    batch.known_to = 'infinity' AND batch.departed_on >= %(month)s::date AND batch.departed_on < (%(month)s::date + interval '1 month')::date
GROUP BY batch.region_code, batch.batch_code, batch.persons_declared
HAVING batch.persons_declared > count(DISTINCT person.person_key)
