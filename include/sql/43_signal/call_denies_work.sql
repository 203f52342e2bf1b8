-- Signal: 回访否认就业 | Call denies the work
-- Clause: C7.3
-- Reason: A person who is counted as employed says when called that he does not work.
-- False positive: Work that ended between the register and the call; a person between two jobs.
-- Grain: one row per subject that shows it in the month. Inputs: callback_now, fct_employment_month as known now. Rerun: reads only.
SELECT DISTINCT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    'called on ' || max(callback.called_on) OVER (PARTITION BY employment.person_key) AS evidence
FROM warehouse.callback_now AS callback
INNER JOIN warehouse.fct_employment_month AS employment
    ON callback.person_key = employment.person_key AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
WHERE
    callback.outcome = 'reached' AND NOT callback.is_employed
    AND callback.called_on >= %(month)s::date AND callback.called_on < (%(month)s::date + interval '1 month')::date
    AND employment.status = 'employed'
