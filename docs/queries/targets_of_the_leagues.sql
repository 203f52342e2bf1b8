-- How far is each league, and how much of it rests on insurance alone? 各盟市进度及其中有参保记录的人数 (C6.2, C7.2)
SELECT region_name, month, achieved_persons, achieved_insured, baseline_persons, confirmation
FROM mart.target_progress
WHERE indicator = 'out_migration' AND level = 'league'
ORDER BY month DESC, achieved_persons DESC;
