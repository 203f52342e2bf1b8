-- What is written in another form and can be read with certainty is read; that it was is told by <resource>.id_rewritten and ops.repair.
-- Clean text costs no more than before: a number of 18 bytes takes the first branch. Rerun: once.

-- Full-width digits and letters, their stops, and the blanks that input methods and spreadsheets leave around a value.
CREATE FUNCTION ops.plain_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(
    btrim(
        translate(
            value,
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ．－　' || U&'\00A0',
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-  '
        ),
        E' \t'
    ),
    ''
);
COMMENT ON FUNCTION ops.plain_text(text) IS 'A value of digits or letters without full-width characters and blanks around it; NULL when nothing is left 半角化并去空格';

CREATE FUNCTION ops.read_id(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE length(value)
    WHEN 18 THEN replace(value, 'x', 'X')
    WHEN 20 THEN replace(left(value, 18), 'x', 'X')
    WHEN 22 THEN replace(left(value, 18), 'x', 'X')
    WHEN 15 THEN CASE
        WHEN value !~ '[^0-9]'
            THEN left(value, 6) || '19' || right(value, 9)
                || ops.id_check_character(decode(left(value, 6) || '19' || right(value, 9), 'escape'))
        ELSE value
    END
    ELSE value
END;
COMMENT ON FUNCTION ops.read_id(text) IS 'The 18-character ID number behind one in plain characters, of any form 各种形式的证件号';

-- Blanks are taken out wherever they stand: the check character proves what is left.
CREATE OR REPLACE FUNCTION ops.normalise_id(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE octet_length(value)
    WHEN 18 THEN replace(value, 'x', 'X')
    ELSE ops.read_id(translate(value, '０１２３４５６７８９Ｘｘ 　' || U&'\00A0' || E'\t', '0123456789XX'))
END;

-- Only the class is ever recorded, never the value.
CREATE FUNCTION ops.written_class(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN value ~ '[０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ．－]' THEN 'full_width'
    WHEN translate(value, E' \t　' || U&'\00A0', '') <> value THEN 'blanks'
    WHEN length(value) = 15 THEN 'id_of_15_digits'
    WHEN length(value) IN (20, 22) THEN 'disability_certificate'
    WHEN value ~ 'x' THEN 'lower_case_x'
    ELSE 'other'
END;
COMMENT ON FUNCTION ops.written_class(text) IS 'In which way a value that was repaired had been written 原写法类别';
