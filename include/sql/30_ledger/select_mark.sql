-- Grain: one row: the step's mark, the last publication, and whether another is under way (its number may be lower than one seen).
-- Inputs: ops.step_mark, ops.publication. Rerun: reads only.
SELECT
    step_mark.publication_id AS mark,
    (SELECT coalesce(max(publication.publication_id), 0) FROM ops.publication) AS latest
FROM ops.step_mark
WHERE step_mark.step = 'post_ledgers';
