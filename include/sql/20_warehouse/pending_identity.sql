-- Grain: one row: the publications whose persons are still to be compared; the mark stays locked until the transaction ends.
-- Inputs: ops.identity_mark, ops.publication. Rerun: reads only.
SELECT
    mark.publication_id AS after,
    coalesce(
        (SELECT max(publication.publication_id) FROM ops.publication AS publication),
        mark.publication_id
    ) AS up_to,
    (
        SELECT count(*) FROM ops.publication AS publication
        WHERE publication.publication_id > mark.publication_id
    ) AS publications,
    (
        SELECT count(*) > 0
        FROM ops.publication AS publication
        WHERE publication.publication_id > mark.publication_id AND publication.source = 'household_registry'
    ) AS has_register
FROM ops.identity_mark AS mark
FOR UPDATE OF mark;
