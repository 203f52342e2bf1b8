-- What became of a resource's rows, as the rules on the whole see it.
-- Grain: one row per delivery and resource. Inputs: ops.delivery_resource, ops.publication. Rerun: reads only.
-- A small file is judged with the whole delivery; a handful of absent keys is no mass deletion, unless nothing else was known.
-- Rows are held to the twelve months before: to their median or to the last of them, whichever is nearer, so that a trend is no surprise. They
-- may be away by five robust deviations (the median absolute deviation, scaled to a normal one), by a fifth of the median or by 50 rows,
-- whichever is most. Before there are three months there is nothing to hold them to.
WITH past AS (
    SELECT DISTINCT ON (publication.period)
        publication.period,
        earlier.rows_in
    FROM ops.delivery AS delivery
    INNER JOIN ops.publication AS publication
        ON
            publication.source = delivery.source AND publication.sender_code = delivery.sender_code
            AND publication.period < delivery.period AND publication.period >= delivery.period - interval '12 months'
    INNER JOIN ops.delivery_resource AS earlier
        ON earlier.delivery_id = publication.delivery_id AND earlier.resource = %(resource)s
    WHERE delivery.delivery_id = %(delivery_id)s
    ORDER BY publication.period ASC, publication.publication_id DESC
),

middle AS (
    SELECT
        count(*) AS months,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY rows_in) AS median,
        (array_agg(rows_in ORDER BY period DESC))[1] AS latest
    FROM past
),

spread AS (
    SELECT
        middle.median,
        middle.latest,
        greatest(
            5 * 1.4826 * percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(past.rows_in - middle.median)),
            0.2 * middle.median,
            50
        ) AS allowed
    FROM past
    CROSS JOIN middle
    WHERE middle.months >= 3
    GROUP BY middle.median, middle.latest
)

SELECT
    own.rows_in,
    own.rows_accepted + own.rows_quarantined + own.rows_duplicate AS rows_accounted,
    greatest(
        whole.rows_quarantined::numeric / greatest(whole.rows_in, 1),
        CASE WHEN own.rows_in >= %(own_share_from_rows)s THEN own.rows_quarantined::numeric / own.rows_in ELSE 0 END
    ) AS rejected_share,
    CASE
        WHEN own.rows_absent <= %(absent_always_allowed)s AND own.rows_absent < %(keys_known)s THEN 0
        ELSE coalesce(own.rows_absent, 0)::numeric / greatest(%(keys_known)s, 1)
    END AS absent_share,
    %(max_rejected_share)s::numeric AS max_rejected_share,
    %(max_absent_share)s::numeric AS max_absent_share,
    (
        SELECT (least(abs(own.rows_in - spread.median), abs(own.rows_in - spread.latest)) / spread.allowed)::numeric FROM spread
    ) AS rows_deviation,
    1::numeric AS max_deviation
FROM ops.delivery_resource AS own
CROSS JOIN (
    SELECT
        sum(rows_in) AS rows_in,
        sum(rows_quarantined) AS rows_quarantined
    FROM ops.delivery_resource
    WHERE delivery_id = %(delivery_id)s
) AS whole
WHERE own.delivery_id = %(delivery_id)s AND own.resource = %(resource)s;
