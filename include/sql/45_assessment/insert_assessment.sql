-- Grain: one snapshot with its figures and persons; none where the newest of its indicator and month has the same digest.
-- Inputs: department_member, department_figure; mart.assessment; ops.publication. Rerun: adds nothing.
WITH source AS (
    SELECT
        %(indicator)s::text AS indicator,
        %(month)s::date AS month,
        coalesce((
            SELECT max(known.snapshot_no)
            FROM mart.assessment AS known
            WHERE known.indicator = %(indicator)s AND known.month = %(month)s::date
        ), 0) + 1 AS snapshot_no,
        figure.region_code,
        %(version)s::integer AS definition_version,
        figure.hr_persons,
        figure.poverty_persons,
        figure.hr_only_persons,
        figure.poverty_only_persons,
        (SELECT coalesce(max(publication.publication_id), 0) FROM ops.publication AS publication) AS publication_id,
        clock_timestamp() AS frozen_at,
        ''::bytea AS sha256
    FROM department_figure AS figure
    WHERE figure.level = 'region'
),

sealed AS (
    SELECT
        source.*,
        mart.assessment_digest(
            source::mart.assessment,
            (
                SELECT
                    string_agg(
                        concat_ws(
                            ':', figure.region_code, figure.hr_persons, figure.poverty_persons, figure.hr_only_persons,
                            figure.poverty_only_persons, figure.members_digest
                        ), ',' ORDER BY figure.region_code
                    )
                FROM department_figure AS figure
            ),
            (
                SELECT
                    string_agg(
                        concat_ws(':', member.person_key, member.region_code, member.told_by),
                        ',' ORDER BY member.person_key, member.region_code
                    )
                FROM department_member AS member
            )
        ) AS digest
    FROM source
)

INSERT INTO mart.assessment (
    indicator, month, snapshot_no, region_code, definition_version, hr_persons, poverty_persons, hr_only_persons, poverty_only_persons,
    publication_id, frozen_at, sha256
)
SELECT
    sealed.indicator,
    sealed.month,
    sealed.snapshot_no,
    sealed.region_code,
    sealed.definition_version,
    sealed.hr_persons,
    sealed.poverty_persons,
    sealed.hr_only_persons,
    sealed.poverty_only_persons,
    sealed.publication_id,
    sealed.frozen_at,
    sealed.digest
FROM sealed
WHERE NOT EXISTS (
    SELECT FROM mart.assessment AS newest
    WHERE
        newest.indicator = sealed.indicator AND newest.month = sealed.month AND newest.snapshot_no = sealed.snapshot_no - 1
        AND newest.sha256 = sealed.digest
);

INSERT INTO mart.assessment_figure (
    indicator, month, snapshot_no, region_code, level, hr_persons, poverty_persons, hr_only_persons, poverty_only_persons, members_digest
)
SELECT
    newest.indicator,
    newest.month,
    newest.snapshot_no,
    figure.region_code,
    figure.level,
    figure.hr_persons,
    figure.poverty_persons,
    figure.hr_only_persons,
    figure.poverty_only_persons,
    figure.members_digest
FROM department_figure AS figure
INNER JOIN mart.assessment AS newest
    ON
        newest.indicator = %(indicator)s AND newest.month = %(month)s::date
        AND newest.snapshot_no = (
            SELECT max(known.snapshot_no)
            FROM mart.assessment AS known
            WHERE known.indicator = %(indicator)s AND known.month = %(month)s::date
        )
ON CONFLICT DO NOTHING;

INSERT INTO mart.assessment_person (indicator, month, snapshot_no, person_key, region_code, told_by)
SELECT
    newest.indicator,
    newest.month,
    newest.snapshot_no,
    member.person_key,
    member.region_code,
    member.told_by
FROM department_member AS member
INNER JOIN mart.assessment AS newest
    ON
        newest.indicator = %(indicator)s AND newest.month = %(month)s::date
        AND newest.snapshot_no = (
            SELECT max(known.snapshot_no)
            FROM mart.assessment AS known
            WHERE known.indicator = %(indicator)s AND known.month = %(month)s::date
        )
ON CONFLICT DO NOTHING;
