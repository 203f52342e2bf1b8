-- What became of last year's out-migrants? 去年外出人员今年去向 (C2.3)
SELECT region_name, month, listed_persons, out_again, working_locally, not_out_willing, not_out_unwilling, cannot_go, lost_contact
FROM mart.last_year_migrants
WHERE level = 'region'
ORDER BY month DESC;
