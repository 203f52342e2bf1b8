-- Title: 未结事件 | Open incidents
-- Group: quality 4
-- Order: severity, -age_days, incident_id
-- Grain: one row per matter that is not resolved, with its owner and age. Inputs: ops.incident, ops.visible_region, ops.region.
-- Rerun: reads only. What concerns a region is for those who see it.
SELECT
    incident.incident_id,
    incident.severity,
    incident.state AS incident_state,
    region.region_name,
    incident.title,
    incident.owner,
    incident.source,
    incident.period,
    incident.occurrences,
    extract(DAY FROM now() - incident.clock_from)::integer AS age_days,
    incident.last_seen_at,
    incident.delivery_id
FROM ops.incident AS incident
INNER JOIN ops.visible_region AS visible ON incident.region_code = visible.region_code
INNER JOIN ops.region AS region ON incident.region_code = region.region_code
WHERE incident.state <> 'resolved'
