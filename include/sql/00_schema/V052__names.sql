-- Names as different hands write them. Rerun: once.
-- Mongolian names have no fixed Chinese spelling: one sound is written with several characters (图雅, 托娅; 娜仁, 那仁). Each such character
-- stands for the first of its group here; traditional characters stand for their simplified form. A folded name only helps to compare:
-- that 吴 and 乌 are kept apart, though they sound alike, is because one of them is a common Han surname.
CREATE FUNCTION ops.fold_name(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(
    upper(regexp_replace(normalize(value, nfkc), '[[:space:]·•・‧∙.-]', '', 'g')),
    '琪齐祺奇棋齊' || '娜納' || '娅亚亞婭' || '乐樂' || '利丽' || '吐托圖' || '坦騰' || '莎沙薩' || '胡' || '蒙' || '赖來賴' || '铁帖鐵'
    || '登' || '鄂額' || '赫' || '钦欽' || '套' || '喇' || '噶' || '保寶' || '烏' || '爾' || '蘭',
    '其其其其其其' || '那那' || '雅雅雅雅' || '勒勒' || '力力' || '图图图' || '腾腾' || '萨萨萨' || '呼' || '孟' || '来来来' || '特特特'
    || '敦' || '额额' || '和' || '琴琴' || '陶' || '拉' || '嘎' || '宝宝' || '乌' || '尔' || '兰'
);
COMMENT ON FUNCTION ops.fold_name(text) IS 'A name without spaces and dots, each group of characters that write one sound as one 姓名归一';

CREATE FUNCTION ops.name_likeness(text, text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN told.longer IS NULL OR told.shorter IS NULL THEN NULL
        WHEN told.longer = told.shorter THEN 3
        WHEN length(told.longer) = length(told.shorter) + 1 AND length(told.shorter) >= 2 THEN CASE
            WHEN right(told.longer, -1) = told.shorter THEN 2
            WHEN length(told.shorter) >= 3 AND EXISTS (
                SELECT FROM generate_series(2, length(told.longer)) AS place (no)
                WHERE left(told.longer, place.no - 1) || substr(told.longer, place.no + 1) = told.shorter
            ) THEN 1
            ELSE 0
        END
        WHEN length(told.longer) = length(told.shorter) AND length(told.longer) >= 3 AND (
            SELECT count(*)
            FROM generate_series(1, length(told.longer)) AS place (no)
            WHERE substr(told.longer, place.no, 1) <> substr(told.shorter, place.no, 1)
        ) = 1 THEN 1
        ELSE 0
    END
    FROM (
        SELECT
            CASE WHEN length(folded.one) >= length(folded.other) THEN folded.one ELSE folded.other END AS longer,
            CASE WHEN length(folded.one) >= length(folded.other) THEN folded.other ELSE folded.one END AS shorter
        FROM (
            SELECT
                ops.fold_name($1) AS one,
                ops.fold_name($2) AS other
        ) AS folded
    ) AS told;
END;
COMMENT ON FUNCTION ops.name_likeness(text, text) IS
'3 the same name, also in another spelling; 2 the same but for a surname left out; 1 one character differs or is missing, of three or more; '
'0 another name; NULL where one is not told 姓名相似度';
