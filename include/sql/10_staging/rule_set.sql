-- Digest of what decides how a row is judged (rules, code lists, references, waivers), the same as the warehouse keeps it, and the next month
-- that the sender has published already.
-- Grain: one row. Inputs: ops reference tables, ops.waiver_in_force, ops.publication. Rerun: reads only.
WITH reference AS (
    SELECT
        encode(
            sha256(
                convert_to(
                    concat_ws(
                        ' ',
                        %(rules)s::text,
                        (SELECT string_agg(region::text, ' ' ORDER BY region.region_code) FROM ops.region AS region),
                        (SELECT string_agg(county.county_code, ' ' ORDER BY county.county_code) FROM ops.county AS county),
                        (
                            SELECT string_agg(parameter::text, ' ' ORDER BY parameter.name, parameter.region_code, parameter.valid_from)
                            FROM ops.parameter AS parameter
                        ),
                        (
                            SELECT string_agg(waiver.waiver_id::text, ' ' ORDER BY waiver.waiver_id)
                            FROM ops.waiver_in_force AS waiver
                            INNER JOIN ops.rule AS rule ON waiver.rule_id = rule.rule_id
                            WHERE
                                rule.source = %(source)s
                                AND (waiver.sender_code IS NULL OR waiver.sender_code = %(sender_code)s)
                                AND (waiver.period IS NULL OR waiver.period = %(period)s::date)
                        )
                    ),
                    'UTF8'
                )
            ),
            'hex'
        ) AS digest
)

SELECT
    reference.digest,
    hashtextextended(reference.digest, 0) AS known_digest,
    (
        SELECT min(publication.period)
        FROM ops.publication AS publication
        WHERE
            publication.source = %(source)s AND publication.sender_code = %(sender_code)s
            AND publication.period > %(period)s::date
    ) AS next_period
FROM reference;
