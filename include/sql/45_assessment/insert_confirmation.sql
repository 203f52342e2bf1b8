-- Grain: one row per snapshot and department; none where it is not open or has another digest, or department or person have spoken.
-- Inputs: mart.assessment_state, ops.confirmation. Rerun: adds nothing.
INSERT INTO ops.confirmation (indicator, month, snapshot_no, side, signer, verdict, sha256)
SELECT
    assessment.indicator,
    assessment.month,
    assessment.snapshot_no,
    %(side)s::text AS side,
    %(signer)s::text AS signer,
    %(verdict)s::text AS verdict,
    assessment.sha256
FROM mart.assessment_state AS assessment
WHERE
    assessment.indicator = %(indicator)s AND assessment.month = %(month)s::date
    AND assessment.snapshot_no = %(snapshot_no)s
    AND encode(assessment.sha256, 'hex') = %(sha256)s
    AND assessment.state = 'open'
    AND NOT EXISTS (
        SELECT FROM ops.confirmation AS spoken
        WHERE
            spoken.indicator = assessment.indicator AND spoken.month = assessment.month
            AND spoken.snapshot_no = assessment.snapshot_no
            AND (spoken.side = %(side)s OR spoken.signer = %(signer)s)
    );
