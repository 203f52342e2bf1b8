-- How many were employed in a month, as it was known at a moment? 某时点所知的就业人数 (bitemporal: what was true, and when we knew it)
SELECT month, count(*) AS employed_persons
FROM warehouse.fct_employment_month
WHERE status = 'employed' AND known_from <= now() AND known_to > now()
GROUP BY month
ORDER BY month DESC;
