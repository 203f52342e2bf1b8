-- As if what was published for a month had been published eight days after its end: how fresh it is, the marts tell, and the bench's months
-- are past. Grain: the month's publications. Inputs: ops.publication. Rerun: the same.
UPDATE ops.publication
SET published_at = (%(month)s::date + interval '1 month 8 days')::timestamp AT TIME ZONE 'Asia/Shanghai'
WHERE period = %(month)s::date;
