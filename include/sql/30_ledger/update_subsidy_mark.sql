-- Grain: the mark of the step. Inputs: the last publication and the rules that were used. Rerun: sets the same values.
UPDATE ops.step_mark SET publication_id = %(publication_id)s, rules_sha256 = %(rules_sha256)s, marked_at = now()
WHERE step = 'post_subsidies' AND publication_id <= %(publication_id)s;
