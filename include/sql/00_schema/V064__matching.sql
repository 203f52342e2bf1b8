-- Matching of persons willing to go out with open vacancies (C3.2). Rerun: once.
-- Persons of one banner and labour ability are equal to a vacancy, so that what fits is worked out once for all of them.

-- Grain: one row per month, home banner, labour ability and vacancy that fits, the best ones.
CREATE TABLE mart.match_offer (
    month date NOT NULL,
    region_code text NOT NULL,
    labour_ability text NOT NULL CHECK (labour_ability IN ('ordinary', 'skilled')),
    offer_no integer NOT NULL CHECK (offer_no > 0),
    vacancy_code text NOT NULL,
    vacancy_region_code text NOT NULL,
    skill_points integer NOT NULL,
    distance_points integer NOT NULL,
    season_points integer NOT NULL,
    wage_points integer NOT NULL,
    points integer GENERATED ALWAYS AS (skill_points + distance_points + season_points + wage_points) STORED,
    open_places integer NOT NULL CHECK (open_places > 0),
    reason text NOT NULL,
    PRIMARY KEY (month, region_code, labour_ability, offer_no)
);
ALTER TABLE mart.match_offer OWNER TO steppe_loader;
COMMENT ON TABLE mart.match_offer IS 'Open vacancies that fit the willing persons of a banner and labour ability, best first (C3.2) 岗位匹配';
COMMENT ON COLUMN mart.match_offer.month IS 'Month 月份';
COMMENT ON COLUMN mart.match_offer.region_code IS 'Home banner of the persons 户籍旗县 区划代码';
COMMENT ON COLUMN mart.match_offer.labour_ability IS 'ordinary or skilled 劳动技能';
COMMENT ON COLUMN mart.match_offer.offer_no IS 'Place among their offers, 1 is the best 推荐序号';
COMMENT ON COLUMN mart.match_offer.vacancy_code IS 'Vacancy 岗位编号';
COMMENT ON COLUMN mart.match_offer.vacancy_region_code IS 'Banner that collected it 采集旗县';
COMMENT ON COLUMN mart.match_offer.skill_points IS '40 for the very skill, 25 for an ordinary vacancy to a skilled person 技能得分';
COMMENT ON COLUMN mart.match_offer.distance_points IS '30 in the home county, 24 in the league, 18 in the region, 12 in Beijing, 6 elsewhere 距离得分';
COMMENT ON COLUMN mart.match_offer.season_points IS '20 all year round, 10 for a season with two months or more to go, 5 for less 季节得分';
COMMENT ON COLUMN mart.match_offer.wage_points IS '0 to 10 by tenths of the open vacancies by wage; 0 when negotiable 工资得分';
COMMENT ON COLUMN mart.match_offer.points IS 'Sum 总分';
COMMENT ON COLUMN mart.match_offer.open_places IS 'Places not filled 空缺人数';
COMMENT ON COLUMN mart.match_offer.reason IS 'Why it fits, in words 匹配理由';
CALL ops.secure_by_region('mart.match_offer');

CREATE VIEW mart.match_person WITH (security_invoker = TRUE) AS
SELECT
    willing.month,
    willing.region_code,
    willing.village_code,
    willing.person_key,
    offer.offer_no,
    offer.vacancy_code,
    offer.vacancy_region_code,
    offer.points,
    offer.open_places,
    offer.reason
FROM mart.list_willing_out AS willing
INNER JOIN mart.match_offer AS offer
    ON
        willing.month = offer.month AND willing.region_code = offer.region_code
        AND willing.labour_ability = offer.labour_ability
WHERE offer.offer_no <= 5;
ALTER VIEW mart.match_person OWNER TO steppe_loader;
COMMENT ON VIEW mart.match_person IS 'The five best vacancies for each person willing to go out (C3.2) 人员推荐岗位';
COMMENT ON COLUMN mart.match_person.month IS 'Month 月份';
COMMENT ON COLUMN mart.match_person.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.match_person.village_code IS 'Village, 12 digits 行政村代码';
COMMENT ON COLUMN mart.match_person.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.match_person.offer_no IS 'Place among his offers 推荐序号';
COMMENT ON COLUMN mart.match_person.vacancy_code IS 'Vacancy 岗位编号';
COMMENT ON COLUMN mart.match_person.vacancy_region_code IS 'Banner that collected it 采集旗县';
COMMENT ON COLUMN mart.match_person.points IS 'Of 100 总分';
COMMENT ON COLUMN mart.match_person.open_places IS 'Places not filled 空缺人数';
COMMENT ON COLUMN mart.match_person.reason IS 'Why it fits 匹配理由';

-- A vacancy is offered to three candidates for each place: the best fit first, then who has waited longest without work and support.
CREATE VIEW mart.match_vacancy WITH (security_invoker = TRUE) AS
WITH candidate AS (
    SELECT
        offer.month,
        offer.vacancy_code,
        offer.vacancy_region_code,
        offer.open_places,
        offer.points,
        offer.reason,
        willing.person_key,
        willing.region_code,
        coalesce(waiting.days_without_support, 0) AS days_without_support,
        row_number() OVER (
            PARTITION BY offer.month, offer.vacancy_region_code, offer.vacancy_code
            ORDER BY
                offer.points DESC, willing.status = 'unemployed' DESC, coalesce(waiting.days_without_support, 0) DESC,
                willing.person_key ASC, willing.region_code ASC
        ) AS candidate_no
    FROM mart.match_offer AS offer
    INNER JOIN mart.list_willing_out AS willing
        ON
            offer.month = willing.month AND offer.region_code = willing.region_code
            AND offer.labour_ability = willing.labour_ability
    LEFT JOIN mart.unemployed_routing AS waiting
        ON
            willing.month = waiting.month AND willing.person_key = waiting.person_key
            AND willing.region_code = waiting.region_code
)

SELECT
    candidate.month,
    candidate.vacancy_code,
    candidate.vacancy_region_code,
    candidate.candidate_no,
    candidate.person_key,
    candidate.region_code,
    candidate.points,
    candidate.days_without_support,
    candidate.reason
FROM candidate
WHERE candidate.candidate_no <= 3 * candidate.open_places;
ALTER VIEW mart.match_vacancy OWNER TO steppe_loader;
COMMENT ON VIEW mart.match_vacancy IS 'The best candidates for each open vacancy, three for each place (C3.2) 岗位推荐人员';
COMMENT ON COLUMN mart.match_vacancy.month IS 'Month 月份';
COMMENT ON COLUMN mart.match_vacancy.vacancy_code IS 'Vacancy 岗位编号';
COMMENT ON COLUMN mart.match_vacancy.vacancy_region_code IS 'Banner that collected it 采集旗县';
COMMENT ON COLUMN mart.match_vacancy.candidate_no IS 'Place among the candidates 推荐序号';
COMMENT ON COLUMN mart.match_vacancy.person_key IS 'Person token 人员标识';
COMMENT ON COLUMN mart.match_vacancy.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.match_vacancy.points IS 'Of 100 总分';
COMMENT ON COLUMN mart.match_vacancy.days_without_support IS 'Days without work and support, 0 when neither is lacking 未获保障天数';
COMMENT ON COLUMN mart.match_vacancy.reason IS 'Why it fits 匹配理由';

-- Who was willing in a month, had an offer, and was out within the three months after.
CREATE VIEW mart.match_funnel WITH (security_invoker = TRUE) AS
WITH followed AS (
    SELECT
        willing.month,
        willing.region_code,
        willing.person_key,
        (willing.region_code, willing.labour_ability) IN (
            SELECT
                offer.region_code,
                offer.labour_ability
            FROM mart.match_offer AS offer
            WHERE offer.month = willing.month
        ) AS is_matched,
        (
            SELECT min(later.month)
            FROM warehouse.fct_employment_month AS later
            WHERE
                later.person_key = willing.person_key AND later.known_to = 'infinity' AND later.is_out_migrant
                AND later.month > willing.month AND later.month <= (willing.month + interval '3 months')::date
        ) AS placed_month
    FROM mart.list_willing_out AS willing
),

delayed AS (
    SELECT
        followed.*,
        extract(YEAR FROM age(followed.placed_month, followed.month)) * 12
        + extract(MONTH FROM age(followed.placed_month, followed.month)) AS lag_months
    FROM followed
)

SELECT
    delayed.month,
    delayed.region_code,
    count(*) AS willing_persons,
    count(*) FILTER (WHERE delayed.is_matched) AS matched_persons,
    count(*) FILTER (WHERE delayed.is_matched AND delayed.placed_month IS NOT NULL) AS placed_persons,
    round(avg(delayed.lag_months) FILTER (WHERE delayed.is_matched), 2) AS lag_months
FROM delayed
GROUP BY delayed.month, delayed.region_code;
ALTER VIEW mart.match_funnel OWNER TO steppe_loader;
COMMENT ON VIEW mart.match_funnel IS 'Willing, matched and placed within three months, and the lag, by banner and month (C3.2) 意愿—匹配—上岗漏斗';
COMMENT ON COLUMN mart.match_funnel.month IS 'Month in which they were willing 月份';
COMMENT ON COLUMN mart.match_funnel.region_code IS 'Home banner 户籍旗县 区划代码';
COMMENT ON COLUMN mart.match_funnel.willing_persons IS 'Rows of list_willing_out 有意愿人数';
COMMENT ON COLUMN mart.match_funnel.matched_persons IS 'Of these, with an offer 匹配人数';
COMMENT ON COLUMN mart.match_funnel.placed_persons IS 'Of these, out in one of the three months after 上岗人数';
COMMENT ON COLUMN mart.match_funnel.lag_months IS 'Months from the offer to the first month out, on average of those placed 平均间隔月数';

GRANT SELECT ON mart.match_offer, mart.match_person, mart.match_vacancy, mart.match_funnel TO steppe_analyst, steppe_auditor;
