-- Signal: 电话非本人 | Not his phone
-- Clause: C7.3
-- Reason: The number on file of a person who is counted as employed is answered by somebody else.
-- False positive: A family that shares one phone; a number that was changed and not reported.
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
    callback.outcome = 'reached' AND NOT callback.is_phone_own
    AND callback.called_on >= %(month)s::date AND callback.called_on < (%(month)s::date + interval '1 month')::date
    AND employment.status = 'employed'
