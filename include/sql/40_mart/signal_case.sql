-- Grain: one row per signal, month and subject that shows it or has shown it (C7.3). Inputs: signal_found, as the signal's own file yields it.
-- Rerun: changes nothing. A case stays when the records show it no longer: what was reviewed is not forgotten.
INSERT INTO mart.signal_case AS known (signal, month, region_code, subject_kind, subject_code, evidence)
SELECT
    %(signal)s::text AS signal,
    %(month)s::date AS month,
    found.region_code,
    found.subject_kind,
    found.subject_code,
    found.evidence
FROM signal_found AS found
ON CONFLICT (signal, month, region_code, subject_kind, subject_code) DO UPDATE
    SET evidence = excluded.evidence, is_current = TRUE
    WHERE (known.evidence, known.is_current) IS DISTINCT FROM (excluded.evidence, TRUE);

UPDATE mart.signal_case AS known
SET is_current = FALSE
WHERE
    known.signal = %(signal)s AND known.month = %(month)s::date AND known.is_current
    AND NOT EXISTS (
        SELECT FROM signal_found AS found
        WHERE
            found.region_code = known.region_code AND found.subject_kind = known.subject_kind
            AND found.subject_code = known.subject_code
    );
