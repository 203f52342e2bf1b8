-- What the gate took for well written and is not: a cut ID number, a name of blanks, a code in two spellings. Rerun: once.
-- An ID number of 18 characters that lost its end also has 15 digits, and its check character proves nothing, because it is computed
-- here. In the old form six digits after the region are a day of birth; in a cut one they begin with 19 or 20, the century. So one of
-- 1919 or 1920 is not read either: who is a hundred years old has to be told in 18 characters.
CREATE OR REPLACE FUNCTION ops.read_id(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE length(value)
    WHEN 18 THEN replace(value, 'x', 'X')
    WHEN 20 THEN replace(left(value, 18), 'x', 'X')
    WHEN 22 THEN replace(left(value, 18), 'x', 'X')
    WHEN 15 THEN CASE
        WHEN value !~ '[^0-9]' AND substr(value, 7, 2) NOT IN ('19', '20')
            AND ops.date_from_number(ops.day_number('19' || substr(value, 7, 6))) IS NOT NULL
            THEN left(value, 6) || '19' || right(value, 9)
                || ops.id_check_character(decode(left(value, 6) || '19' || right(value, 9), 'escape'))
        ELSE value
    END
    ELSE value
END;

-- Blanks before a name are none of its characters, in whichever width they are written.
CREATE OR REPLACE FUNCTION ops.name_is_safe(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (octet_length(value) = 3 * length(value) AND value COLLATE "C" >= '、' AND value COLLATE "C" < '！')
    OR value ~ U&'^[ \3000\00A0]*[^- \3000\00A0=+@|＝＋－＠[:cntrl:]<>"][^[:cntrl:]<>"]*$';

-- Rows are compared by their codes as these are written: blanks around one, or full-width digits, would make another key of it.
CREATE FUNCTION ops.code_is_plain(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN value !~ '[^0-9A-Za-z]' OR (value = ops.plain_text(value) AND ops.name_is_safe(value));
COMMENT ON FUNCTION ops.code_is_plain(text) IS
'Whether a code has one spelling only: no blanks around it, no full-width digits, nothing that a spreadsheet would run 代码书写是否规范';
