-- The names that the register is about to replace and that somebody else told.
-- Grain: one row per person, sender and source in vault.other_name. Inputs: staging.person, vault.identity, ops.delivery.
-- Rerun: in the publication's transaction, before the vault is brought up to date; says the same again.
INSERT INTO vault.other_name AS known (person_key, sender_code, source, name, delivery_id)
SELECT
    identity.person_key,
    identity.sender_code,
    told.source,
    identity.name,
    source.delivery_id
FROM staging.person AS source
INNER JOIN vault.identity AS identity ON source.id_number = identity.id_number AND identity.sender_code = %(sender_code)s
INNER JOIN ops.delivery AS told ON identity.delivery_id = told.delivery_id AND told.source <> 'household_registry'
WHERE source.delivery_id = %(delivery_id)s AND identity.name <> source.name
ON CONFLICT (person_key, sender_code, source) DO UPDATE SET name = excluded.name, delivery_id = excluded.delivery_id;
