-- Grain: one row: the publications that a step has to handle. Inputs: ops.step_mark, ops.publication. Rerun: reads only.
-- Every step but the build itself waits for the build.
SELECT
    mark.publication_id AS after,
    coalesce(max(publication.publication_id), mark.publication_id) AS up_to,
    count(publication.publication_id) AS publications
FROM ops.step_mark AS mark
LEFT JOIN ops.step_mark AS built ON built.step = %(build)s
LEFT JOIN ops.publication AS publication
    ON
        mark.publication_id < publication.publication_id
        AND (mark.step = %(build)s OR built.publication_id >= publication.publication_id)
WHERE mark.step = %(step)s
GROUP BY mark.publication_id
