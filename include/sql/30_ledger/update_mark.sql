-- Grain: the mark of the step. Inputs: the last publication handled. Rerun: sets the same value.
UPDATE ops.step_mark SET publication_id = %(publication_id)s, marked_at = now()
WHERE step = 'post_ledgers' AND publication_id <= %(publication_id)s;
