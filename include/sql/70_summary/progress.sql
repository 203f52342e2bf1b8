-- Grain: one row. Inputs: ops.delivery, ops.publication, ops.step_mark, ops.alert. Rerun: reads only.
WITH deliveries AS (
    SELECT
        count(*) AS arrived,
        count(*) FILTER (WHERE state = 'received') AS received,
        count(*) FILTER (WHERE state = 'landed') AS landed,
        count(*) FILTER (WHERE state = 'gated') AS gated,
        count(*) FILTER (WHERE state = 'published') AS published,
        count(*) FILTER (WHERE state = 'rejected') AS rejected
    FROM ops.delivery
),

waiting AS (
    SELECT count(*) AS publications
    FROM ops.publication
    WHERE publication_id > (SELECT min(mark.publication_id) FROM ops.step_mark AS mark)
)

SELECT
    arrived,
    received,
    landed,
    gated,
    published,
    rejected,
    (SELECT waiting.publications FROM waiting) AS not_taken_up,
    (SELECT count(*) FROM ops.alert) AS alerts
FROM deliveries;
