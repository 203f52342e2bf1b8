-- What became of a resource's rows, as the rules on the whole see it.
-- Grain: one row per delivery and resource. Inputs: ops.delivery_resource. Rerun: reads only.
-- A small file is judged with the whole delivery; a handful of absent keys is no mass deletion, unless nothing else was known.
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
    %(max_absent_share)s::numeric AS max_absent_share
FROM ops.delivery_resource AS own
CROSS JOIN (
    SELECT
        sum(rows_in) AS rows_in,
        sum(rows_quarantined) AS rows_quarantined
    FROM ops.delivery_resource
    WHERE delivery_id = %(delivery_id)s
) AS whole
WHERE own.delivery_id = %(delivery_id)s AND own.resource = %(resource)s;
