-- Grain: one row per step: publications that it has not taken up. Inputs: ops.publication, ops.step_mark. Rerun: reads only.
SELECT
    mark.step,
    count(publication.publication_id) AS value
FROM ops.step_mark AS mark
LEFT JOIN ops.publication AS publication ON mark.publication_id < publication.publication_id
GROUP BY mark.step
ORDER BY mark.step;
