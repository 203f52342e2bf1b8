-- Title: 疑点核查 | Cases to review
-- Group: quality 5
-- Order: review_state, signal, region_name, case_id
-- Grain: one row per case of the authenticity signals in a month, with what was decided of it (C7.3).
-- Inputs: mart.review_queue, ops.region. Rerun: reads only.
SELECT
    queue.case_id,
    queue.signal,
    region.region_name,
    queue.subject_kind,
    queue.subject_code,
    queue.evidence,
    queue.is_current,
    queue.state AS review_state,
    queue.reason AS review_reason,
    queue.reviewer,
    queue.decided_at
FROM mart.review_queue AS queue
INNER JOIN ops.region AS region ON queue.region_code = region.region_code
WHERE queue.month = %(month)s AND queue.region_code = any(%(banners)s)
