-- The star joined: who works where, by age? 按年龄段的就业地域
SELECT
    (extract(YEAR FROM employment.month)::integer - person.birth_year) / 10 * 10 AS age_from,
    employment.place_class,
    count(*) AS persons
FROM warehouse.fct_employment_month AS employment
INNER JOIN warehouse.dim_person AS person
    ON
        employment.person_key = person.person_key AND employment.sender_code = person.sender_code
        AND person.known_to = 'infinity' AND employment.month >= person.valid_from AND employment.month < person.valid_to
WHERE employment.known_to = 'infinity' AND employment.status = 'employed'
GROUP BY age_from, employment.place_class
ORDER BY age_from, persons DESC;
