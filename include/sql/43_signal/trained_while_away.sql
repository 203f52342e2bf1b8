-- Signal: 培训又外出 | In class and away
-- Clause: C7.3
-- Reason: A person attended a class on the spot for ten days or more in a month in which he is counted as working away.
-- False positive: A course at the place of work; a person who left after it in the same month.
-- Grain: one row per subject that shows it in the month. Inputs: fct_attendance_month, dim_course, fct_employment_month as known now. Rerun: reads only.
SELECT
    employment.region_code,
    'person' AS subject_kind,
    employment.person_key::text AS subject_code,
    max(attendance.attended_days) || ' days in class' AS evidence
FROM warehouse.fct_attendance_month AS attendance
INNER JOIN warehouse.dim_course AS course
    ON
        attendance.course_code = course.course_code AND attendance.sender_code = course.sender_code
        AND course.known_to = 'infinity' AND course.valid_from <= %(month)s::date AND course.valid_to > %(month)s::date
INNER JOIN warehouse.fct_employment_month AS employment
    ON attendance.person_key = employment.person_key AND employment.known_to = 'infinity' AND employment.month = %(month)s::date
WHERE
    attendance.known_to = 'infinity' AND attendance.month = %(month)s::date AND attendance.attended_days >= 10
    AND course.mode <> 'online' AND employment.is_out_migrant
    AND coalesce(course.credit_code <> employment.employer_uscc, TRUE)
GROUP BY employment.region_code, employment.person_key
