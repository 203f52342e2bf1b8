-- What does each version of a definition come to, league by league? 各版口径下的盟市数值 (C2.7)
SELECT region.region_name, figure.month, figure.version, figure.counted, figure.counted_insured
FROM mart.indicator_value AS figure
INNER JOIN ops.region AS region ON figure.place_code = region.region_code
WHERE figure.indicator = 'out_migration' AND figure.part = 'all' AND figure.level = 'league'
ORDER BY figure.month DESC, region.region_code, figure.version;
