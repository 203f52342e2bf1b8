-- Doubts for a person, the likeliest first. Grain: one row per case. Inputs: ops.identity_state. Rerun: reads only.
SELECT
    doubt.case_id,
    doubt.kind,
    doubt.state,
    doubt.person_key::text AS person_key,
    doubt.other_key::text AS other_key,
    concat_ws(' ', doubt.sender_code, doubt.source, 'delivery ' || doubt.delivery_id, 'line ' || doubt.line_no) AS place,
    doubt.score,
    doubt.reasons,
    doubt.decided_by,
    doubt.decided_at
FROM ops.identity_state AS doubt
WHERE %(with_settled)s OR doubt.state = 'open'
ORDER BY doubt.state = 'open' DESC, doubt.score DESC NULLS FIRST, doubt.case_id ASC;
