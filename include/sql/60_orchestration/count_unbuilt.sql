-- Grain: one number, publications of a source that build_warehouse has not handled. Inputs: ops.publication, ops.step_mark.
-- Rerun: reads only.
SELECT count(*)
FROM ops.publication AS publication
WHERE
    publication.source = %(source)s
    AND publication.publication_id > (
        SELECT coalesce(max(mark.publication_id), 0)
        FROM ops.step_mark AS mark
        WHERE mark.step = 'build_warehouse'
    );
