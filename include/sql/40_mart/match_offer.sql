-- Grain: one row per home banner, labour ability and vacancy among their best, of a month (C3.2). Inputs: mart.list_willing_out,
-- dim_vacancy as known now; ops.region, ops.county, ops.parameter. Rerun: replaces the month.
-- A vacancy fits when it is published, open, not filled, asks for no more skill than the person has, and its season is not over. The same
-- facts give the same order: equal points are ordered by wage, then by the vacancy's code.
DELETE FROM mart.match_offer
WHERE month = %(month)s::date;

INSERT INTO mart.match_offer (
    month, region_code, labour_ability, offer_no, vacancy_code, vacancy_region_code, skill_points, distance_points, season_points,
    wage_points, open_places, reason
)
WITH willing AS (
    SELECT
        list.region_code,
        list.labour_ability
    FROM mart.list_willing_out AS list
    WHERE list.month = %(month)s::date
    GROUP BY list.region_code, list.labour_ability
),

vacancy AS (
    SELECT
        known.vacancy_code,
        known.region_code,
        known.skill_level,
        known.work_county_code,
        known.places - known.filled_places AS open_places,
        known.season_to_on,
        known.monthly_wage_fen,
        CASE
            WHEN known.monthly_wage_fen IS NULL THEN 0
            ELSE ntile(10) OVER (PARTITION BY known.monthly_wage_fen IS NULL ORDER BY known.monthly_wage_fen, known.vacancy_code)
        END AS wage_points
    FROM warehouse.dim_vacancy AS known
    WHERE
        known.known_to = 'infinity' AND known.valid_from <= %(month)s::date AND known.valid_to > %(month)s::date
        AND known.published_on < (%(month)s::date + interval '1 month')::date
        AND coalesce(known.closed_on, 'infinity') >= (%(month)s::date + interval '1 month')::date
        AND known.filled_places < known.places
        AND coalesce(known.season_to_on, 'infinity') >= (%(month)s::date + interval '1 month')::date
),

scored AS (
    SELECT
        willing.region_code,
        willing.labour_ability,
        vacancy.vacancy_code,
        vacancy.region_code AS vacancy_region_code,
        vacancy.open_places,
        vacancy.monthly_wage_fen,
        CASE WHEN vacancy.skill_level = willing.labour_ability THEN 40 ELSE 25 END AS skill_points,
        CASE
            WHEN vacancy.work_county_code = willing.region_code THEN 30
            WHEN left(vacancy.work_county_code, 4) = left(willing.region_code, 4) THEN 24
            WHEN left(vacancy.work_county_code, 2) = left(willing.region_code, 2) THEN 18
            WHEN left(vacancy.work_county_code, 2) = '11' THEN 12
            ELSE 6
        END AS distance_points,
        CASE
            WHEN vacancy.season_to_on IS NULL THEN 20
            WHEN vacancy.season_to_on >= (%(month)s::date + interval '3 months')::date THEN 10
            ELSE 5
        END AS season_points,
        vacancy.wage_points,
        concat_ws(
            '；',
            CASE WHEN vacancy.skill_level = willing.labour_ability THEN '技能相符' ELSE '普通岗位' END,
            '工作地 ' || coalesce(county.county_name, vacancy.work_county_code),
            CASE WHEN vacancy.season_to_on IS NULL THEN '全年用工' ELSE '用工至 ' || vacancy.season_to_on END,
            CASE WHEN vacancy.monthly_wage_fen IS NULL THEN '工资面议' ELSE '月工资 ' || round(vacancy.monthly_wage_fen / 100.0) || ' 元' END
        ) AS reason
    FROM willing
    INNER JOIN vacancy ON vacancy.skill_level = willing.labour_ability OR vacancy.skill_level = 'ordinary'
    LEFT JOIN ops.county AS county ON vacancy.work_county_code = county.county_code
),

ranked AS (
    SELECT
        scored.*,
        row_number() OVER (
            PARTITION BY scored.region_code, scored.labour_ability
            ORDER BY
                scored.skill_points + scored.distance_points + scored.season_points + scored.wage_points DESC,
                scored.monthly_wage_fen DESC NULLS LAST, scored.vacancy_code ASC, scored.vacancy_region_code ASC
        ) AS offer_no
    FROM scored
)

SELECT
    %(month)s::date AS month,
    ranked.region_code,
    ranked.labour_ability,
    ranked.offer_no,
    ranked.vacancy_code,
    ranked.vacancy_region_code,
    ranked.skill_points,
    ranked.distance_points,
    ranked.season_points,
    ranked.wage_points,
    ranked.open_places,
    ranked.reason
FROM ranked
WHERE ranked.offer_no <= 20;
